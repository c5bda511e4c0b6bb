"""What an organisation's values must look like, for set-up and settings alike."""

import re
from collections.abc import Mapping
from typing import Any

from babel.numbers import is_currency

from starline.core.language import _
from starline.core.official_numbers import is_npi, tax_id_digits
from starline.core.problems import Problems
from starline.organizations.models import SubscriptionTier
from starline.organizations.settings import DATE_FORMATS, FEATURES, LOCALES, POLICIES
from starline.organizations.zones import zone_problem

RESERVED_SLUGS = frozenset(
    (
        *("www", "api", "app", "admin", "platform", "static", "assets", "mail", "smtp", "docs", "status", "support"),
        *("help", "localhost", "files", "theme", "login", "test"),
    )
)
REQUIRED = {
    "name": "Give the agency's name.",
    "slug": "Give the subdomain under which the agency is reached, for example harbor.",
    "administrator_email": "Give the e-mail address to which the administrator's invitation goes.",
    "administrator_first_name": "Give the administrator's first name.",
    "administrator_last_name": "Give the administrator's last name.",
}
KNOWN = frozenset(
    (
        *REQUIRED,
        *("legal_name", "custom_domain", "email_domain", "subscription_tier", "npi", "branch_name", "features"),
        *("display_name", "primary_color", "secondary_color", "time_zone", "locale", "date_format", "currency"),
    )
)
LONGEST = {"name": 120, "legal_name": 200, "branch_name": 80, "display_name": 120, "slug": 63}
LONGEST_NAME = 64

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,61}[a-z0-9]")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def check_new_organization(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` trimmed, addresses in lower case. Raises `Invalid` with everything that is wrong."""
    problems = Problems()
    tidy = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    tidy = {name: value for name, value in tidy.items() if value not in (None, "")}
    for name in ("slug", "custom_domain", "email_domain", "administrator_email"):
        if isinstance(tidy.get(name), str):
            tidy[name] = tidy[name].lower()
    for name in tidy.keys() - KNOWN:
        problems.add(name, "There is no field called this.")
    for name, sentence in REQUIRED.items():
        if name not in tidy:
            problems.add(name, sentence)
    _check_types(tidy, problems)
    problems.refuse()
    _check_addresses(tidy, problems)
    check_place(tidy, problems)
    check_features(values.get("features") or {}, problems)
    if tidy.get("npi") and not is_npi(tidy["npi"]):
        problems.add(
            "npi", "This is not a National Provider Identifier: its check digit is wrong. Copy all ten digits."
        )
    if tidy.get("subscription_tier") and tidy["subscription_tier"] not in set(SubscriptionTier):
        problems.add("subscription_tier", _("Choose one of: %(names)s.", names=", ".join(SubscriptionTier)))
    problems.refuse()
    return tidy


def check_place(values: Mapping[str, Any], problems: Problems) -> None:
    """Note what is wrong with zone, language, date format, currency and colours; each may be absent."""
    if "time_zone" in values:
        problem = zone_problem(str(values["time_zone"]))
        if problem:
            problems.add("time_zone", problem)
    for name, possible in (("locale", LOCALES), ("date_format", DATE_FORMATS)):
        if name in values and values[name] not in possible:
            problems.add(name, _("Choose one of: %(names)s.", names=", ".join(possible)))
    if "currency" in values and not (isinstance(values["currency"], str) and is_currency(values["currency"])):
        problems.add("currency", "Give a currency by its three letters, for example USD.")
    for name in ("primary_color", "secondary_color", "theme_color"):
        is_left_out = name not in values or (name == "theme_color" and not values[name])
        if not is_left_out and not (isinstance(values[name], str) and _COLOR.fullmatch(values[name])):
            problems.add(name, "Write the colour like #0f7c6c.")


def check_mail(values: Mapping[str, Any], problems: Problems) -> None:
    """Note what is wrong with the sender's name and addresses; each may be absent or empty."""
    for name in ("email_from_address", "email_reply_to"):
        if values.get(name) and not is_email(str(values[name])):
            problems.add(name, "Give a full e-mail address, for example care@youragency.com.")
    sender = values.get("email_from_name") or ""
    if any(character in sender for character in '\r\n<>"'):
        problems.add("email_from_name", "Leave out quotation marks, angle brackets and line breaks.")


def check_tax_id(values: Mapping[str, Any], problems: Problems) -> None:
    """Note what is wrong with the tax id; it may be absent or empty."""
    given = values.get("tax_id") or None
    if given is not None and not (isinstance(given, str) and tax_id_digits(given)):
        problems.add("tax_id", "Give the nine digits of the agency's tax id, like 12-3456789.")


def check_features(given: Mapping[str, Any], problems: Problems) -> None:
    for name, value in given.items():
        if name not in FEATURES:
            problems.add(
                "features",
                _(
                    "There is no feature called %(name)s. Choose from: %(features)s.",
                    name=name,
                    features=", ".join(FEATURES),
                ),
            )
        elif not isinstance(value, bool):
            problems.add("features", _("%(label)s must be yes or no.", label=FEATURES[name].label))


def check_policy(policy: str, given: Mapping[str, Any], problems: Problems) -> None:
    """Note what is wrong with the chosen values of one policy."""
    for name, value in given.items():
        setting = POLICIES[policy].get(name)
        problem = setting.problem(value) if setting else _("There is no setting called %(name)s.", name=name)
        if problem:
            problems.add(policy, problem)


def is_domain(text: str) -> bool:
    return bool(_DOMAIN.fullmatch(text))


def is_email(text: str) -> bool:
    return len(text) <= 254 and bool(_EMAIL.fullmatch(text))


def _check_types(values: Mapping[str, Any], problems: Problems) -> None:
    for name, value in values.items():
        longest = LONGEST.get(name, LONGEST_NAME if name.startswith("administrator_") and "email" not in name else 254)
        if name == "features":
            if not isinstance(value, Mapping):
                problems.add(name, "Give the features as an object of yes and no.")
        elif not isinstance(value, str):
            problems.add(name, "Give a text.")
        elif len(value) > longest or "\x00" in value:
            problems.add(name, _("Use at most %(most)d characters.", most=longest))


def _check_addresses(values: Mapping[str, Any], problems: Problems) -> None:
    if not _SLUG.fullmatch(values["slug"]):
        problems.add("slug", "Use 3 to 63 lower-case letters, digits and hyphens, starting with a letter.")
    elif values["slug"] in RESERVED_SLUGS:
        problems.add("slug", "This subdomain is kept for the platform; choose a different one.")
    for name in ("custom_domain", "email_domain"):
        if values.get(name) and not is_domain(values[name]):
            problems.add(name, "Give a domain without http:// and path, for example youragency.com.")
    if not is_email(values["administrator_email"]):
        problems.add("administrator_email", "Give a full e-mail address, for example maria@youragency.com.")
