"""Settings of one Starline process: read once from the environment, typed, frozen.

The embedded set-up writes its generated values (database URLs, keys) to `var/local.env`, which is read first
in development and tests; the environment overrides it. Production reads the environment only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

Environment = Literal["development", "test", "production"]
Network = IPv4Network | IPv6Network

ROOT = Path(__file__).resolve().parent
PREFIX = "STARLINE_"
SECRETS = ("secret_key", "jwt_key", "context_key")
KNOWN_DEFAULTS = frozenset({"", "change-me", "changeme", "secret", "dev", "development", "test", "default", "starline"})
SHORTEST_SECRET = 32
BETWEEN_KEYS = "||"
"""Stands between token keys: the first signs, all verify, so that a key can be replaced without a pause."""

OWNER_ROLES = frozenset({"starline_owner", "starline_backup", "postgres"})


class ConfigurationError(Exception):
    """The settings can't be used. `problems` lists every one as a sentence."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("Starline can't start with these settings:\n" + "\n".join(f"- {p}" for p in problems))


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Everything a process may be told from outside. Durations carry their unit in the name."""

    environment: Environment
    database_url: str
    direct_database_url: str
    owner_database_url: str
    backup_database_url: str
    replica_url: str | None
    redis_url: str | None
    secret_key: str
    jwt_key: str
    jwt_private_key_file: Path | None
    context_key: str
    field_key_file: Path
    kms_key: str | None
    former_kms_keys: tuple[str, ...]
    s3_bucket: str | None
    files_dir: Path
    clamav_url: str | None
    audit_bucket: str | None
    audit_lock_days: int
    audit_heads_dir: Path
    resend_api_key: str | None
    smtp_url: str | None
    mail_dir: Path
    twilio_account: str | None
    twilio_token: str | None
    twilio_from: str | None
    mail_from: str
    base_domain: str
    port: int
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    outbound_hosts: tuple[str, ...]
    api_docs: bool
    debug: bool
    bcrypt_rounds: int
    rate_limit_user: int
    rate_limit_organization: int
    rate_limit_address: int
    log_level: str
    var_dir: Path

    @property
    def jwt_keys(self) -> tuple[str, ...]:
        """The keys of access tokens, the one that signs first."""
        return tuple(key.strip() for key in self.jwt_key.split(BETWEEN_KEYS) if key.strip())

    @property
    def has_pooler(self) -> bool:
        """Whether somebody between us and PostgreSQL hands connections on after each transaction."""
        return self.direct_database_url != self.database_url

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    def __repr__(self) -> str:
        return f"<Settings {self.environment}>"


@cache
def settings() -> Settings:
    """The settings of this process. Raises `ConfigurationError` naming every problem.

    `settings.cache_clear()` makes the next call read the environment again.
    """
    return read_settings(environment_variables(os.environ))


def environment_variables(given: Mapping[str, str]) -> dict[str, str]:
    """The given variables over those of the embedded set-up; production takes the given ones alone."""
    if given.get(PREFIX + "ENVIRONMENT") == "production":
        return dict(given)
    return {**_read_env_file(var_directory(given) / "local.env"), **given}


def var_directory(given: Mapping[str, str]) -> Path:
    """Where the embedded set-up keeps its data, keys, files and mail."""
    return Path(given.get(PREFIX + "VAR_DIR") or ROOT / "var").resolve()


# long: one line for each setting
def read_settings(variables: Mapping[str, str]) -> Settings:
    """Settings from plain variables. Raises `ConfigurationError` naming every problem."""
    source = _Source(variables)
    var_dir = var_directory(variables)
    environment = source.text("ENVIRONMENT", "development")
    is_production = environment == "production"
    base_domain = source.text("BASE_DOMAIN", "localhost")
    found = Settings(
        environment=cast(Environment, environment),
        database_url=source.text("DATABASE_URL"),
        direct_database_url=source.text("DIRECT_DATABASE_URL", source.text("DATABASE_URL")),
        owner_database_url=source.text("OWNER_DATABASE_URL"),
        backup_database_url=source.text("BACKUP_DATABASE_URL"),
        replica_url=source.optional("REPLICA_URL"),
        redis_url=source.optional("REDIS_URL"),
        secret_key=source.text("SECRET_KEY"),
        jwt_key=source.text("JWT_KEY"),
        jwt_private_key_file=source.path("JWT_PRIVATE_KEY_FILE"),
        context_key=source.text("CONTEXT_KEY"),
        field_key_file=Path(source.text("FIELD_KEY_FILE", str(var_dir / "keys" / "fields.json"))),
        kms_key=source.optional("KMS_KEY"),
        former_kms_keys=source.names("FORMER_KMS_KEYS", ()),
        s3_bucket=source.optional("S3_BUCKET"),
        files_dir=Path(source.text("FILES_DIR", str(var_dir / "files"))),
        clamav_url=source.optional("CLAMAV_URL"),
        audit_bucket=source.optional("AUDIT_BUCKET"),
        audit_lock_days=source.whole_number("AUDIT_LOCK_DAYS", 2557),
        audit_heads_dir=Path(source.text("AUDIT_HEADS_DIR", str(var_dir / "audit-heads"))),
        resend_api_key=source.optional("RESEND_API_KEY"),
        smtp_url=source.optional("SMTP_URL"),
        mail_dir=Path(source.text("MAIL_DIR", str(var_dir / "mail"))),
        twilio_account=source.optional("TWILIO_ACCOUNT"),
        twilio_token=source.optional("TWILIO_TOKEN"),
        twilio_from=source.optional("TWILIO_FROM"),
        mail_from=source.text("MAIL_FROM", "Starline <no-reply@starline.example>"),
        base_domain=base_domain,
        port=source.whole_number("PORT", source.whole_number_or("PORT", 8080, prefixed=False)),
        allowed_hosts=source.names("ALLOWED_HOSTS", (base_domain, f".{base_domain}")),
        trusted_proxies=source.networks("TRUSTED_PROXIES"),
        outbound_hosts=source.names("OUTBOUND_HOSTS", ()),
        api_docs=source.switch("API_DOCS", default=not is_production),
        debug=source.switch("DEBUG", default=False),
        bcrypt_rounds=source.whole_number("BCRYPT_ROUNDS", 4 if environment == "test" else 12),
        rate_limit_user=source.whole_number("RATE_LIMIT_USER", _limit(environment, 1_200)),
        rate_limit_organization=source.whole_number("RATE_LIMIT_ORGANIZATION", _limit(environment, 12_000)),
        rate_limit_address=source.whole_number("RATE_LIMIT_ADDRESS", _limit(environment, 300)),
        log_level=source.text("LOG_LEVEL", "INFO").upper(),
        var_dir=var_dir,
    )
    problems = source.problems + problems_with(found)
    if problems:
        raise ConfigurationError(problems)
    return found


def problems_with(found: Settings) -> list[str]:
    """Everything that forbids running with these settings, as sentences; empty when all is well."""
    problems = []
    if found.environment not in ("development", "test", "production"):
        problems.append(f"{PREFIX}ENVIRONMENT must be development, test or production, not {found.environment!r}.")
    if not 1 <= found.port <= 65535:
        problems.append(f"{PREFIX}PORT must be between 1 and 65535, not {found.port}.")
    for name in ("rate_limit_user", "rate_limit_organization", "rate_limit_address"):
        if getattr(found, name) < 0:
            problems.append(f"{PREFIX}{name.upper()} must be 0 (no limit) or more, not {getattr(found, name)}.")
    if any(network.prefixlen == 0 for network in found.trusted_proxies):
        problems.append(f"{PREFIX}TRUSTED_PROXIES must name the proxies alone; a /0 believes everybody.")
    if found.audit_lock_days < 1:
        problems.append(f"{PREFIX}AUDIT_LOCK_DAYS must be at least 1, not {found.audit_lock_days}.")
    if found.clamav_url and urlsplit(found.clamav_url).scheme not in ("tcp", "unix"):
        problems.append(f"{PREFIX}CLAMAV_URL must look like tcp://clamav.example:3310 or unix:///run/clamd.sock.")
    texting = (found.twilio_account, found.twilio_token, found.twilio_from)
    if any(texting) and not all(texting):
        problems.append(f"{PREFIX}TWILIO_ACCOUNT, {PREFIX}TWILIO_TOKEN and {PREFIX}TWILIO_FROM go together.")
    if not found.database_url:
        problems.append(f"{PREFIX}DATABASE_URL is missing; start the embedded PostgreSQL with 'make run' or set it.")
    serving = {"DATABASE_URL": found.database_url}
    if found.direct_database_url != found.database_url:
        serving["DIRECT_DATABASE_URL"] = found.direct_database_url
    for name, url in serving.items():
        if _role(url) in OWNER_ROLES:
            problems.append(f"{PREFIX}{name} signs in as {_role(url)}, which can bypass tenant isolation.")
    has_rsa_keys = found.jwt_private_key_file is not None
    for name in SECRETS:
        if not _keys_of(found, name) and not (name == "jwt_key" and has_rsa_keys):
            problems.append(f"{PREFIX}{name.upper()} is missing.")
    if found.jwt_private_key_file is not None and not os.access(found.jwt_private_key_file, os.R_OK):
        problems.append(f"{PREFIX}JWT_PRIVATE_KEY_FILE names a file that can't be read.")
    return problems + (_problems_in_production(found) if found.is_production else [])


def _problems_in_production(found: Settings) -> list[str]:
    problems = []
    for name in SECRETS:
        if any(_is_weak(key) for key in _keys_of(found, name)):
            problems.append(f"{PREFIX}{name.upper()} is a default or shorter than {SHORTEST_SECRET} characters.")
    values = [key for name in SECRETS for key in _keys_of(found, name)]
    if len(set(values)) < len(values):
        problems.append("The secret key, the token key and the context key must differ from one another.")
    if found.debug:
        problems.append(f"{PREFIX}DEBUG must be off.")
    if found.base_domain == "localhost":
        problems.append(f"{PREFIX}BASE_DOMAIN must be the domain that agencies are served under.")
    if "*" in found.allowed_hosts:
        problems.append(f"{PREFIX}ALLOWED_HOSTS must name hosts, not '*'.")
    if found.bcrypt_rounds < 10:
        problems.append(f"{PREFIX}BCRYPT_ROUNDS must be at least 10.")
    if not (found.resend_api_key or found.smtp_url):
        problems.append(f"{PREFIX}RESEND_API_KEY or {PREFIX}SMTP_URL is needed to send mail.")
    return problems


def _limit(environment: str, requests: int) -> int:
    """Requests of one minute. Tests ask faster than anybody, and are counted all the same."""
    return 1_000_000 if environment == "test" else requests


def _keys_of(found: Settings, name: str) -> tuple[str, ...]:
    """What stands in a secret setting: one key, of the token key perhaps several."""
    one = getattr(found, name)
    return found.jwt_keys if name == "jwt_key" else (one,) if one else ()


def _is_weak(secret: str) -> bool:
    return secret.lower() in KNOWN_DEFAULTS or len(secret) < SHORTEST_SECRET or len(set(secret)) < 8


def _role(url: str) -> str:
    try:
        return urlsplit(url).username or ""
    except ValueError:
        return ""


def _network(text: str) -> Network:
    """An address is a network of one. Raises `ValueError`, also for IPv4 written as IPv6, where none would be found."""
    found = ip_network(text)
    if isinstance(found, IPv6Network) and found.network_address.ipv4_mapped is not None:
        raise ValueError(text)
    return found


def _read_env_file(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


class _Source:
    """Typed access to prefixed variables that collects problems instead of stopping at the first."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.variables.get(PREFIX + name) or default

    def optional(self, name: str) -> str | None:
        return self.variables.get(PREFIX + name) or None

    def path(self, name: str) -> Path | None:
        given = self.optional(name)
        return Path(given) if given else None

    def names(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        given = self.text(name)
        return tuple(part.strip() for part in given.split(",") if part.strip()) or default

    def networks(self, name: str) -> tuple[Network, ...]:
        found = []
        for part in self.names(name, ()):
            try:
                found.append(_network(part))
            except ValueError:
                like = "addresses such as 10.0.0.5 and networks such as 10.1.0.0/16 or 2001:db8::/48"
                self.problems.append(f"{PREFIX}{name} must list {like}, not {part!r}.")
        return tuple(found)

    def switch(self, name: str, *, default: bool) -> bool:
        given = self.text(name).lower()
        if given in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
            return default if given == "" else given in ("1", "true", "yes", "on")
        self.problems.append(f"{PREFIX}{name} must be on or off, not {given!r}.")
        return default

    def whole_number(self, name: str, default: int) -> int:
        return self.whole_number_or(name, default, prefixed=True)

    def whole_number_or(self, name: str, default: int, *, prefixed: bool) -> int:
        full = PREFIX + name if prefixed else name
        given = self.variables.get(full) or ""
        if not given:
            return default
        try:
            return int(given)
        except ValueError:
            self.problems.append(f"{full} must be a whole number, not {given!r}.")
            return default
