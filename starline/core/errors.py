"""Domain errors: a sentence a coordinator can act on, and the HTTP status it travels with.

A sentence without values is written plainly and translated here; one with values comes from `language._`.
"""

from starline.core.language import gettext


class DomainError(Exception):
    """Base of every refusal. `errors` maps a field name to its sentences; `code` is for programs."""

    status = 400
    code = "bad_request"

    def __init__(
        self,
        message: str,
        *,
        errors: dict[str, list[str]] | None = None,
        code: str | None = None,
    ) -> None:
        self.message = gettext(message)
        super().__init__(self.message)
        self.errors = {name: [gettext(one) for one in sentences] for name, sentences in (errors or {}).items()}
        self.code = code or self.code


class Unauthenticated(DomainError):
    status = 401
    code = "unauthenticated"


class NotAllowed(DomainError):
    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    status = 404
    code = "not_found"


class Conflict(DomainError):
    status = 409
    code = "conflict"


class Stale(DomainError):
    """Somebody else saved the record after the caller read it."""

    status = 412
    code = "stale"


class TooLarge(DomainError):
    status = 413
    code = "too_large"


class Invalid(DomainError):
    status = 422
    code = "invalid"


class TooManyRequests(DomainError):
    """`retry_after` is in seconds."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(DomainError):
    status = 503
    code = "unavailable"


class Unreadable(Unavailable):
    """A protected value or key doesn't open here: another's, altered, or under a key that was destroyed."""

    code = "unreadable"
