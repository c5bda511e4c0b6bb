"""What a release does to the database, as its owner: migrate, hand over the context key, prepare partitions."""

import hashlib
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine
from sqlalchemy import text as sql

from config import settings

ROOT = Path(__file__).resolve().parents[2]
BLOCK = 64
"""Bytes in a block of SHA-256, to which HMAC pads its key."""


def migrate(url: str | None = None) -> None:
    """Bring the database at `url` (default: the owner's) to the newest schema and make it ready to serve.

    Each migration is a transaction of its own, so that the tables that one locks are free again when the next begins;
    one that fails leaves the database at the one before it. Of two releases at once the second waits for the first.
    """
    owner = create_engine(url or settings().owner_database_url)
    try:
        with owner.connect() as connection:
            connection.execute(sql("SELECT pg_advisory_lock(hashtext('starline:release'))"))
            connection.commit()
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        prepare_database(owner)
    finally:
        owner.dispose()


def new_migration(subject: str) -> None:
    """Write the migration that takes the database to the declared models; read it before you commit it."""
    command.revision(alembic_config(), message=subject, autogenerate=True)


def prepare_database(owner: Engine) -> None:
    """Store the key that context signatures are checked with, and make the audit's next partitions."""
    inner, outer = context_pads(settings().context_key)
    with owner.begin() as connection:
        connection.execute(
            sql(
                "INSERT INTO app.context_keys (inner_pad, outer_pad) VALUES (:inner, :outer)"
                " ON CONFLICT (inner_pad) DO UPDATE SET retired_on = NULL"
            ),
            {"inner": inner, "outer": outer},
        )
        connection.execute(sql("SELECT app.ensure_audit_partitions()"))


def context_pads(key: str) -> tuple[bytes, bytes]:
    """The inner and the outer pad of HMAC-SHA256 (RFC 2104) for `key`."""
    raw = key.encode()
    raw = (hashlib.sha256(raw).digest() if len(raw) > BLOCK else raw).ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in raw), bytes(byte ^ 0x5C for byte in raw)


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    return config
