"""What counts as a good password, how long somebody waits after wrong ones, which TOTP step a code belongs to.

Pure: no session, the clock passed in.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

import pyotp
from zxcvbn import zxcvbn

from starline.core.language import _
from starline.organizations.settings import settled

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
LEAST_SCORE = 3
"""zxcvbn's "safely unguessable: moderate protection from an offline attack"."""

FIRST_LOCK = timedelta(seconds=30)
MOST_WRONG_CODES = 5
"""The sixth wrong code in a row locks."""

CODE_LOCK = timedelta(minutes=15)
STEP_SECONDS = 30
STEPS_EITHER_SIDE = 1
"""A phone's clock may be half a minute off (RFC 6238, section 5.2)."""

WEB, API = "web", "api"
API_SESSION = timedelta(days=30)
LINK_LIFETIME = timedelta(hours=24)
ATTEMPTS_PER_MINUTE = 10


@dataclass(frozen=True, slots=True)
class SecurityPolicy:
    """What an agency decided about signing in. Labels, defaults and bounds are those of its settings."""

    idle_minutes: int
    absolute_hours: int
    remember_days: int
    min_password_length: int
    lockout_attempts: int
    lockout_minutes: int
    requires_second_factor: bool
    mfa_roles: tuple[str, ...]
    support_needs_approval: bool
    dormant_days: int
    mass_export_rows: int
    mass_openings: int
    alert_denials: int
    privacy_officer_email: str

    @property
    def privacy_officer_address(self) -> str | None:
        """The privacy officer's e-mail where the agency wrote one that can be an address."""
        text = self.privacy_officer_email.strip()
        local, at, domain = text.rpartition("@")
        is_address = bool(local and at and "." in domain) and not any(one.isspace() or one in ",;<>" for one in text)
        return text if is_address else None

    @classmethod
    def of(cls, chosen: Mapping[str, Any] | None) -> Self:
        """The policy with the agency's values within the platform's bounds, and the defaults for the rest."""
        return cls(**settled("security_policy", chosen))

    def demands_second_factor(self, roles: Iterable[tuple[str, bool]]) -> bool:
        """Whether somebody with these roles, each a name and the role's own demand, must have a second factor."""
        return self.requires_second_factor or any(demands or name in self.mfa_roles for name, demands in roles)


PASSWORD_RULES = (
    "At least %(shortest)d characters; a few unrelated words are easiest to remember.",
    "Not your name or e-mail address, and nothing that is easy to guess.",
)


def password_problems(password: str, *, personal: Iterable[str], shortest: int = SHORTEST_PASSWORD) -> list[str]:
    """Sentences that say what is wrong with `password`; empty when it is good.

    `personal` holds the person's names and e-mail, none of which it may contain.
    """
    if len(password) < shortest:
        return [_("Use at least %(least)d characters.", least=shortest)]
    if len(password) > LONGEST_PASSWORD:
        return [_("Use at most %(most)d characters.", most=LONGEST_PASSWORD)]
    words = personal_words(personal)
    if any(word in password.lower() for word in words):
        return [_("The password must not contain your name or e-mail address.")]
    # Its running time grows fast with the length, and what it looks at first decides.
    found = zxcvbn(password[:72], user_inputs=[*words, "starline"])
    if found["score"] >= LEAST_SCORE:
        return []
    warning = str(found["feedback"]["warning"] or "").rstrip(".")
    if not warning:
        return [_("This password is easy to guess. Add a few unrelated words.")]
    reason = warning[0].lower() + warning[1:]
    return [_("This password is easy to guess (%(reason)s). Add a few unrelated words.", reason=reason)]


def personal_words(texts: Iterable[str]) -> list[str]:
    """The parts of names and of an e-mail's local part that are long enough to be meant."""
    parts: set[str] = set()
    for text in texts:
        local = text.lower().partition("@")[0]
        parts |= {
            local,
            *local.replace(".", " ").replace("-", " ").replace("_", " ").split(),
        }
    return sorted(part for part in parts if len(part) >= 4)


def password_lock(failures: int, policy: SecurityPolicy) -> timedelta | None:
    """How long signing in is refused after that many wrong passwords in a row: 30 s, doubling up to the policy's most.

    None while the policy's number of attempts isn't used up.
    """
    beyond = failures - policy.lockout_attempts
    if beyond < 0:
        return None
    return min(FIRST_LOCK * (1 << min(beyond, 20)), timedelta(minutes=policy.lockout_minutes))


def is_power_of_ten(count: int) -> bool:
    """Whether `count` is 1, 10, 100 and so on."""
    return str(count).strip("0") == "1"


def code_lock(failures: int) -> timedelta | None:
    """How long signing in is refused after that many wrong codes in a row."""
    return CODE_LOCK if failures > MOST_WRONG_CODES else None


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The 30-second step whose TOTP code (RFC 6238, SHA-1, six digits) is `code`, or None. Newest first."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(at.timestamp()) // STEP_SECONDS
    for step in range(current + STEPS_EITHER_SIDE, current - STEPS_EITHER_SIDE - 1, -1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def plain_code(text: str) -> str:
    """A code as typed, without spaces and hyphens, in lower case."""
    return "".join(character for character in text.lower() if character.isalnum())[:32]


def email_of(text: str) -> str:
    """An e-mail address as it is stored and compared."""
    return text.strip().lower()


def device_label(user_agent: str | None) -> str:
    """A browser and a system as people call them: "Firefox on Windows"; "Unknown device" where nothing is told."""
    if not user_agent:
        return "Unknown device"
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if browser is None and system is None:
        return user_agent.split("/")[0][:40]
    return f"{browser or 'Browser'} on {system}" if system else str(browser)


# Order matters: Edge and Opera also say Chrome, Chrome also says Safari, Android also says Linux.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
