"""What is written about a client's care is sealed: diet, allergies, equipment, the emergency plan, notes for caregivers.
So is what a merge took over of these.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.agencies import in_every_organization
from migrations.sealing import open_texts, seal_texts
from starline.core import crypto, tenancy
from starline.core.db import session

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

CLIENTS = (
    "clients",
    sa.Column("diet", sa.String(length=200), nullable=True),
    sa.Column("allergies_note", sa.String(length=300), nullable=True),
    sa.Column("equipment", sa.String(length=300), nullable=True),
    sa.Column("emergency_plan", sa.Text(), nullable=True),
    sa.Column("caregiver_notes", sa.Text(), nullable=True),
)
NAMES = [one.name for one in CLIENTS if isinstance(one, sa.Column)]
KEPT = "kept_texts_encrypted"
MERGES = sa.table(
    "client_merges",
    *(sa.column(name, sa.Uuid()) for name in ("id", "organization_id")),
    sa.column("chosen", JSONB()),
    sa.column(KEPT, sa.LargeBinary()),
)


def upgrade() -> None:
    seal_texts(*CLIENTS, client="id")
    op.add_column("client_merges", sa.Column(KEPT, sa.LargeBinary(), nullable=True))
    in_every_organization(_seal_merges, reason="Sealing of texts")


def downgrade() -> None:
    in_every_organization(_open_merges, reason="Sealing of texts")
    op.drop_column("client_merges", KEPT)
    open_texts(*CLIENTS, client="id")


def _seal_merges() -> None:
    query = sa.select(MERGES.c.id, MERGES.c.chosen).where(MERGES.c.chosen.has_any(sa.cast(NAMES, sa.ARRAY(sa.Text()))))
    for merge_id, chosen in session.execute(query).all():
        texts = {name: told for name, told in chosen.items() if name in NAMES}
        rest = {name: told for name, told in chosen.items() if name not in NAMES}
        _write(merge_id, {"chosen": rest, KEPT: crypto.encrypt(json.dumps(texts), **_place(merge_id))})


def _open_merges() -> None:
    query = sa.select(MERGES.c.id, MERGES.c.chosen, MERGES.c[KEPT]).where(MERGES.c[KEPT].is_not(None))
    for merge_id, chosen, kept in session.execute(query).all():
        texts = json.loads(crypto.decrypt(bytes(kept), **_place(merge_id)))
        _write(merge_id, {"chosen": {**chosen, **texts}, KEPT: None})


def _write(merge_id: Any, values: dict[str, Any]) -> None:
    mine = sa.and_(MERGES.c.organization_id == tenancy.current_organization_id(), MERGES.c.id == merge_id)
    session.execute(sa.update(MERGES).where(mine).values(values))


def _place(merge_id: Any) -> dict[str, Any]:
    return {"table": "client_merges", "column": KEPT, "row_id": merge_id}
