"""The closed lists of words of offers and call-outs."""

from enum import StrEnum


class OfferStatus(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class InvitationAnswer(StrEnum):
    NONE = "no_answer"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Channel(StrEnum):
    """How somebody is told of an offer."""

    PRODUCT = "product"
    EMAIL = "email"
    TEXT = "text_message"
    PUSH = "phone"


class CallOutReason(StrEnum):
    SICK = "sick"
    FAMILY = "family"
    TRANSPORT = "transport"
    WEATHER = "weather"
    OTHER = "other"
