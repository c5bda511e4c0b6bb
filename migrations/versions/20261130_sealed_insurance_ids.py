"""A client's Medicaid and Medicare ids are sealed, found by a blind index, and no longer kept in the clear; an agency
has a tax id, sealed too.

What is there already is sealed under each agency's own key, so the release needs what the product needs: the key file
or KMS, and the store of the agencies' secrets. Where no agency has such an id nothing of it is asked for.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.agencies import in_every_organization, write
from starline.core import crypto, db

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

IDS = ("medicaid_id", "medicare_id")
LONGEST, ENDING = 20, 4

CLIENTS = sa.table(
    "clients",
    *(sa.column("id", sa.Uuid()), sa.column("organization_id", sa.Uuid())),
    *(sa.column(name, sa.String()) for name in IDS),
    *(sa.column(f"{name}_encrypted", sa.LargeBinary()) for name in IDS),
    *(sa.column(f"{name}_{part}", sa.String()) for name in IDS for part in ("last4", "hash")),
)
MERGES = sa.table(
    "client_merges",
    *(sa.column(name, sa.Uuid()) for name in ("id", "organization_id", "kept_client_id")),
    sa.column("chosen", JSONB()),
    *(sa.column(f"kept_{name}_encrypted", sa.LargeBinary()) for name in IDS),
)
KEYS = sa.table("match_keys", sa.column("client_id", sa.Uuid()), sa.column("key", sa.String()))


def upgrade() -> None:
    for name in IDS:
        op.add_column("clients", sa.Column(f"{name}_encrypted", sa.LargeBinary(), nullable=True))
        op.add_column("clients", sa.Column(f"{name}_last4", sa.String(length=4), nullable=True))
        op.add_column("clients", sa.Column(f"{name}_hash", sa.String(length=64), nullable=True))
        op.add_column("client_merges", sa.Column(f"kept_{name}_encrypted", sa.LargeBinary(), nullable=True))
    op.add_column("organizations", sa.Column("tax_id_encrypted", sa.LargeBinary(), nullable=True))
    op.add_column("organizations", sa.Column("tax_id_last4", sa.String(length=4), nullable=True))
    _in_every_organization(_seal)
    for name in IDS:
        op.drop_column("clients", name)


def downgrade() -> None:
    op.drop_column("organizations", "tax_id_last4")
    op.drop_column("organizations", "tax_id_encrypted")
    for name in IDS:
        op.add_column("clients", sa.Column(name, sa.String(length=LONGEST), nullable=True))
    _in_every_organization(_open)
    for name in IDS:
        op.drop_column("client_merges", f"kept_{name}_encrypted")
        for part in ("encrypted", "last4", "hash"):
            op.drop_column("clients", f"{name}_{part}")


def _in_every_organization(work: Callable[[str], None]) -> None:
    """Do `work` on each of the ids of each agency. The trail would hold in the clear, once more, what is sealed."""

    def on_each() -> None:
        for name in IDS:
            work(name)

    in_every_organization(on_each, reason="Sealing of insurance ids")


def _seal(name: str) -> None:
    clear = CLIENTS.c[name]
    for client_id, number in db.session.execute(sa.select(CLIENTS.c.id, clear).where(clear != "")).all():
        index = crypto.blind_index(_plain(number))
        values = {
            f"{name}_encrypted": crypto.encrypt(number, **_place("clients", f"{name}_encrypted", client_id)),
            f"{name}_last4": _ending(number),
            f"{name}_hash": index,
        }
        write(CLIENTS, client_id, values)
        _rename_key(client_id, _plain(number), index)
    query = sa.select(MERGES.c.id, MERGES.c.chosen).where(MERGES.c.chosen.has_key(name))
    for merge_id, chosen in db.session.execute(query).all():
        place = _place("client_merges", f"kept_{name}_encrypted", merge_id)
        before = chosen[name]["before"]
        values = {
            place["column"]: crypto.encrypt(before, **place) if before else None,
            "chosen": {**chosen, name: {side: _ending(number) for side, number in chosen[name].items()}},
        }
        write(MERGES, merge_id, values)


def _open(name: str) -> None:
    """A merge gets back the number that the kept record had, and the one that it has, if that one was taken over."""
    sealed, index, clear = CLIENTS.c[f"{name}_encrypted"], CLIENTS.c[f"{name}_hash"], CLIENTS.c[name]
    query = sa.select(CLIENTS.c.id, sealed, index).where(sealed.is_not(None))
    for client_id, value, known_by in db.session.execute(query).all():
        number = crypto.decrypt(bytes(value), **_place("clients", sealed.name, client_id))
        write(CLIENTS, client_id, {name: number[:LONGEST]})
        _rename_key(client_id, known_by, _plain(number))
    kept = MERGES.c[f"kept_{name}_encrypted"]
    joined = MERGES.join(CLIENTS, CLIENTS.c.id == MERGES.c.kept_client_id)
    query = sa.select(MERGES.c.id, MERGES.c.chosen, kept, clear).select_from(joined)
    for merge_id, chosen, value, number in db.session.execute(query.where(MERGES.c.chosen.has_key(name))).all():
        before = crypto.decrypt(bytes(value), **_place("client_merges", kept.name, merge_id)) if value else None
        ending = chosen[name]["after"]
        told = {"before": before, "after": number if _ending(number) == ending else ending}
        write(MERGES, merge_id, {"chosen": {**chosen, name: told}})


def _rename_key(client_id: Any, before: str, after: str) -> None:
    known = sa.and_(KEYS.c.client_id == client_id, KEYS.c.key == f"i:{before}")
    db.session.execute(sa.update(KEYS).where(known).values(key=f"i:{after}"))


def _place(table: str, column: str, row_id: Any) -> dict[str, Any]:
    return {"table": table, "column": column, "row_id": row_id}


def _plain(number: str) -> str:
    return number.replace("-", "").upper()


def _ending(number: str | None) -> str | None:
    return number[-ENDING:] if number and len(number) > ENDING else None
