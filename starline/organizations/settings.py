"""What an agency may decide for itself: features, policies, brand, mail, place and language.

Every setting has a default, a type, a label and bounds here, once; screens, REST and rules read them from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starline.core.db import session
from starline.core.language import LANGUAGES, _
from starline.organizations.models import OrganizationSettings


@dataclass(frozen=True, slots=True)
class Feature:
    """A part of the product that is a menu entry, screens and endpoints, all on or all off."""

    label: str
    default: bool = True
    help: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a policy. Its type is the default's; numbers have bounds, texts may have `choices`."""

    label: str
    default: bool | int | str | tuple[str, ...]
    help: str = ""
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()

    def problem(self, value: Any) -> str | None:
        """What is wrong with `value`, as a sentence that says what to do; None when it is good."""
        if isinstance(self.default, bool):
            return None if isinstance(value, bool) else _("%(label)s must be yes or no.", label=_(self.label))
        if isinstance(self.default, int):
            return self._problem_of_number(value)
        if isinstance(self.default, tuple):
            is_list = isinstance(value, (list, tuple)) and all(isinstance(one, str) and one.strip() for one in value)
            return None if is_list else _("%(label)s must be a list of names.", label=_(self.label))
        if not isinstance(value, str) or len(value) > 80:
            return _("%(label)s must be a short text.", label=_(self.label))
        if self.choices and value not in self.choices:
            return _("%(label)s must be one of: %(choices)s.", label=_(self.label), choices=", ".join(self.choices))
        return None

    def settled(self, value: Any) -> Any:
        """`value` if it is good; a number out of bounds goes to the nearer one, anything else to the default."""
        if self.problem(value) is None:
            return tuple(value) if isinstance(self.default, tuple) else value
        if type(value) is int and type(self.default) is int and self.least is not None and self.most is not None:
            return min(max(value, self.least), self.most)
        return self.default

    def _problem_of_number(self, value: Any) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return _("%(label)s must be a whole number.", label=_(self.label))
        if self.least is not None and self.most is not None and not self.least <= value <= self.most:
            return _(
                "%(label)s must lie between %(least)d and %(most)d.",
                label=_(self.label),
                least=self.least,
                most=self.most,
            )
        return None


FEATURES: dict[str, Feature] = {
    "health_records": Feature("Health records", help="Vital signs, medication, care notes."),
    "billing": Feature("Billing", help="Payers, authorizations, claims, invoices."),
    "advanced_reporting": Feature("Advanced reports", help="The report builder and scheduled reports."),
    "api_access": Feature("API access", help="Programs of the agency's own, with a token or a key."),
    "family_portal": Feature("Family portal", help="Relatives see the client's plan and visits."),
    "offline": Feature("Offline work", help="Caregivers clock in where there is no network."),
}

SECURITY = {
    "mfa_roles": Setting(
        "Second factor required for roles", (), help="Names of roles; a role can demand it itself too."
    ),
    "requires_second_factor": Setting("Second factor required for everybody", False),
    "idle_minutes": Setting("Sign out after inactivity (minutes)", 30, least=5, most=480),
    "absolute_hours": Setting("Sign out in any case after (hours)", 12, least=1, most=72),
    "remember_days": Setting("A device may skip the second factor for (days)", 30, least=0, most=90),
    "min_password_length": Setting("Shortest password", 12, least=12, most=64),
    "lockout_attempts": Setting("Wrong passwords before waiting", 5, least=3, most=10),
    "lockout_minutes": Setting("Longest wait after wrong passwords (minutes)", 60, least=5, most=1440),
    "support_needs_approval": Setting(
        "Support access waits for an administrator", True, help="Off, the platform's support may look at once."
    ),
    "dormant_days": Setting("Disable accounts not used for (days)", 90, least=30, most=365),
    "mass_export_rows": Setting(
        "Alert when somebody sees more different records in an hour than",
        2000,
        help="Whatever they do with them: a record that is seen again doesn't count again.",
        least=100,
        most=100_000,
    ),
    "mass_openings": Setting(
        "Alert when somebody takes more different records in an hour than",
        100,
        help="Files opened, hidden values revealed, clients named in a trail that was exported.",
        least=10,
        most=100_000,
    ),
    "alert_denials": Setting("Alert after so many refusals in five minutes", 50, least=10, most=1000),
    "privacy_officer_email": Setting(
        "Privacy officer's e-mail", "", help="Told of emergency access, support access and security alerts."
    ),
}
WEEK_STARTS = {"sunday": 6, "monday": 0, "saturday": 5}
"""The days on which a week may start, as Python numbers weekdays."""
SCHEDULING = {
    "late_alert_minutes": Setting(
        "Tell schedulers that nobody clocked in after (minutes)", 15, help="From the planned start.", least=1, most=240
    ),
    "late_escalation_minutes": Setting(
        "Tell administrators of it after (minutes)", 45, help="From the planned start.", least=1, most=480
    ),
    "missing_out_minutes": Setting(
        "Tell schedulers that nobody clocked out after (minutes)", 30, help="From the planned end.", least=1, most=480
    ),
    "overtime_rule": Setting(
        "Overtime rule", "flsa_40", choices=("flsa_40", "california_attendant", "california_domestic")
    ),
    "week_start": Setting("Week starts on", "sunday", choices=tuple(WEEK_STARTS)),
    "when_time_off": Setting("A visit during time off will", "block", choices=("nothing", "warn", "block")),
    "when_availability": Setting("A visit outside availability will", "warn", choices=("nothing", "warn", "block")),
    "when_excluded_caregiver": Setting(
        "A caregiver whom the client does not want will", "block", choices=("nothing", "warn", "block")
    ),
    "when_overtime": Setting("Overtime will", "warn", choices=("nothing", "warn", "block")),
    "when_rest": Setting("Too little rest will", "warn", choices=("nothing", "warn", "block")),
    "rest_hours": Setting("Rest between two days of work (hours)", 8, least=0, most=16),
    "when_travel": Setting("Too little time for the way will", "warn", choices=("nothing", "warn", "block")),
    "travel_speed": Setting("People travel at (km/h)", 30, least=3, most=120),
    "when_client_status": Setting(
        "A visit to a client on hold or in hospital will", "block", choices=("nothing", "warn", "block")
    ),
    "when_double_cover": Setting("Two visits to a client at once will", "warn", choices=("nothing", "warn", "block")),
    "when_plan": Setting("A visit beyond the service plan will", "warn", choices=("nothing", "warn", "block")),
    "feed_shows": Setting(
        "Calendar addresses show",
        "time_and_town",
        help="Whoever has an address, and the calendar's maker, reads it.",
        choices=("time_and_town", "first_name_and_service"),
    ),
    "weeks_ahead": Setting("Visits are made ahead (weeks)", 8, least=2, most=26),
    "phone_lock_minutes": Setting("Caregivers' phones lock after (minutes)", 5, least=1, most=60),
    "exclusion_check_days": Setting("Exclusion lists are checked every (days)", 31, least=7, most=366),
    "overdue_exclusion": Setting(
        "A late check of the exclusion lists will", "warn", choices=("nothing", "warn", "block")
    ),
}
BILLING = {
    "unit_rounding": Setting(
        "Unit rounding",
        "eight_minute",
        help="For payers that have no rule of their own.",
        choices=("eight_minute", "nearest", "up", "down", "exact"),
    ),
    "invoice_prefix": Setting("Invoice numbers start with", "INV-"),
    "terms_days": Setting("Invoices are due after (days)", 30, least=0, most=180),
    "invoice_terms": Setting("Sentence under an invoice", "Payment is due within 30 days."),
}
FILES = {
    "opens_unscanned": Setting(
        "Files that were not scanned may be opened", True, help="Where the platform has no virus scanner."
    ),
    "trash_days": Setting("The trash is emptied after (days)", 30, least=1, most=365),
}
CLIENTS = {
    "reveal_needs_reason": Setting(
        "Ask why before a door code or a number is shown", True, help="That it was shown is recorded either way."
    ),
    "near_miss_incident_days": Setting("Close a near miss within (days)", 14, least=1, most=90),
    "minor_incident_days": Setting("Close a minor incident within (days)", 10, least=1, most=90),
    "moderate_incident_days": Setting("Close a moderate incident within (days)", 7, least=1, most=90),
    "serious_incident_days": Setting("Close a serious incident within (days)", 3, least=1, most=90),
    "critical_incident_days": Setting("Close a critical incident within (days)", 1, least=1, most=90),
}
POLICIES: dict[str, dict[str, Setting]] = {
    "security_policy": SECURITY,
    "scheduling_policy": SCHEDULING,
    "billing_policy": BILLING,
    "file_policy": FILES,
    "client_policy": CLIENTS,
}

DATE_FORMATS = ("MM/DD/YYYY", "DD/MM/YYYY", "YYYY-MM-DD")
LOCALES = tuple(LANGUAGES)


def settings_row() -> OrganizationSettings:
    """The acting organisation's settings."""
    row: OrganizationSettings = session.query(OrganizationSettings).one()
    return row


def feature_enabled(name: str, row: OrganizationSettings | None = None) -> bool:
    """Whether the acting organisation has the feature `name` switched on. KeyError for a name that is none."""
    feature = FEATURES[name]
    chosen = (row or settings_row()).features
    return bool(chosen.get(name, feature.default))


def features(row: OrganizationSettings) -> dict[str, bool]:
    """Every feature with what the organisation chose, or its default."""
    return {name: bool(row.features.get(name, one.default)) for name, one in FEATURES.items()}


def policy(name: str, row: OrganizationSettings | None = None) -> dict[str, Any]:
    """Every setting of a policy (`scheduling_policy`) with what the organisation chose, or its default."""
    found = settled(name, getattr(row or settings_row(), name))
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}


def settled(name: str, chosen: Mapping[str, Any] | None) -> dict[str, Any]:
    """A policy as it holds: what was `chosen`, never beyond its bounds, and the defaults for the rest."""
    values = {key: one.default for key, one in POLICIES[name].items()} | dict(chosen or {})
    return {key: one.settled(values[key]) for key, one in POLICIES[name].items()}
