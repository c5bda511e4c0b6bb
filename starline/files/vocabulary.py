"""The closed lists of files."""

from enum import StrEnum


class FileStatus(StrEnum):
    """What the virus scanner said of the newest version. `not_scanned`: there is no scanner here."""

    SCANNING = "scanning"
    CLEAN = "clean"
    QUARANTINED = "quarantined"
    NOT_SCANNED = "not_scanned"


class FileCategory(StrEnum):
    IDENTIFICATION = "identification"
    INSURANCE = "insurance"
    CONSENT = "consent"
    ADVANCE_DIRECTIVE = "advance_directive"
    PHYSICIAN_ORDER = "physician_order"
    ASSESSMENT = "assessment"
    CARE_PLAN = "care_plan"
    CONTRACT = "contract"
    CREDENTIAL = "credential"
    TRAINING = "training"
    CORRESPONDENCE = "correspondence"
    INCIDENT = "incident"
    OTHER = "other"
