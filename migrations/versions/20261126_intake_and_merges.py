"""Intake, incidents, stays in hospital, duplicates with their merges, and what the agency decides about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_keys",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120, collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_match_keys_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_match_keys_organization_id_client_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_match_keys_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_match_keys")),
        sa.UniqueConstraint(
            "organization_id", "key", "client_id", name=op.f("uq_match_keys_organization_id_key_client_id")
        ),
    )
    op.create_index(
        op.f("ix_match_keys_organization_id_client_id"),
        "match_keys",
        ["organization_id", "client_id"],
        unique=False,
    )
    op.create_table(
        "client_merges",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("kept_client_id", sa.Uuid(), nullable=False),
        sa.Column("merged_client_id", sa.Uuid(), nullable=False),
        sa.Column("merged_name", sa.String(length=200), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=True),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("chosen", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kept_ssn_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kept_client_id <> merged_client_id", name=op.f("ck_client_merges_two_clients")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_merges_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_merges_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "kept_client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_client_merges_organization_id_kept_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "merged_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_client_merges_organization_id_merged_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "merged_client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_client_merges_organization_id_merged_client_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_client_merges")),
    )
    op.create_index(
        op.f("ix_client_merges_organization_id_kept_client_id"),
        "client_merges",
        ["organization_id", "kept_client_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_client_merges_organization_id_merged_client_id"),
        "client_merges",
        ["organization_id", "merged_client_id"],
        unique=False,
    )
    op.create_table(
        "duplicate_pairs",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("first_client_id", sa.Uuid(), nullable=False),
        sa.Column("second_client_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.String(length=60)), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "open",
                "not_duplicate",
                "merged",
                name="pair_decision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_client_id < second_client_id", name=op.f("ck_duplicate_pairs_in_order")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_duplicate_pairs_score")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_duplicate_pairs_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_duplicate_pairs_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "decided_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_duplicate_pairs_organization_id_decided_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "first_client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_duplicate_pairs_organization_id_first_client_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "second_client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_duplicate_pairs_organization_id_second_client_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_duplicate_pairs")),
        sa.UniqueConstraint(
            "organization_id",
            "first_client_id",
            "second_client_id",
            name=op.f("uq_duplicate_pairs_organization_id_first_client_id_second_client_id"),
        ),
    )
    op.create_index(
        op.f("ix_duplicate_pairs_organization_id_decision_score"),
        "duplicate_pairs",
        ["organization_id", "decision", "score"],
        unique=False,
    )
    op.create_index(
        op.f("ix_duplicate_pairs_organization_id_second_client_id"),
        "duplicate_pairs",
        ["organization_id", "second_client_id"],
        unique=False,
    )
    op.create_table(
        "hospitalisations",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("facility", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("discharged_on", sa.Date(), nullable=True),
        sa.Column("is_planned", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "status_before",
            sa.Enum(
                "inquiry",
                "assessment",
                "active",
                "on_hold",
                "hospitalised",
                "discharged",
                "deceased",
                name="client_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_hospitalisations_void_has_reason")
        ),
        sa.CheckConstraint("discharged_on >= admitted_on", name=op.f("ck_hospitalisations_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_hospitalisations_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_hospitalisations_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_hospitalisations_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_hospitalisations")),
    )
    op.create_index(
        op.f("ix_hospitalisations_organization_id_client_id_admitted_on"),
        "hospitalisations",
        ["organization_id", "client_id", "admitted_on"],
        unique=False,
    )
    op.create_index(
        "uq_hospitalisations_running",
        "hospitalisations",
        ["organization_id", "client_id"],
        unique=True,
        postgresql_where="discharged_on IS NULL AND voided_at IS NULL",
    )
    op.create_table(
        "incidents",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "incident_number", sa.Integer(), server_default=sa.text("app.next_number('incidents')"), nullable=False
        ),
        sa.Column(
            "title",
            sa.String(collation="C"),
            sa.Computed("'#' || incident_number::text || ' ' || replace(kind, '_', ' ')", persisted=True),
            nullable=False,
        ),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fall",
                "injury",
                "medication_error",
                "skin_breakdown",
                "infection",
                "wandered_off",
                "abuse_or_neglect",
                "behavior",
                "missed_care",
                "theft_or_loss",
                "property_damage",
                "death",
                "other",
                name="incident_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "near_miss",
                "minor",
                "moderate",
                "serious",
                "critical",
                name="incident_severity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("involved", sa.String(length=300), nullable=True),
        sa.Column("injuries", sa.Text(), nullable=True),
        sa.Column("immediate_action", sa.Text(), nullable=True),
        sa.Column("is_reportable", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "reported",
                "investigating",
                "closed",
                name="incident_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("investigator_id", sa.Integer(), nullable=True),
        sa.Column("investigation", sa.Text(), nullable=True),
        sa.Column("corrective_action", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_incidents_closed_has_moment")
        ),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_incidents_void_has_reason")),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_incidents_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_incidents_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_incidents_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "investigator_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_incidents_organization_id_investigator_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_incidents")),
    )
    op.create_index(
        op.f("ix_incidents_organization_id_client_id_occurred_at"),
        "incidents",
        ["organization_id", "client_id", "occurred_at"],
        unique=False,
    )
    op.create_index(op.f("ix_incidents_organization_id_title"), "incidents", ["organization_id", "title"], unique=False)
    op.create_index(
        op.f("ix_incidents_organization_id_due_on"), "incidents", ["organization_id", "due_on"], unique=False
    )
    op.create_index(
        op.f("ix_incidents_organization_id_status_due_on"),
        "incidents",
        ["organization_id", "status", "due_on"],
        unique=False,
    )
    op.create_table(
        "referrals",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "referral_number", sa.Integer(), server_default=sa.text("app.next_number('referrals')"), nullable=False
        ),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("line1", sa.String(length=120), nullable=True),
        sa.Column("city", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=2), nullable=True),
        sa.Column("postal_code", sa.String(length=10), nullable=True),
        sa.Column("contact_name", sa.String(length=120), nullable=True),
        sa.Column(
            "contact_relationship",
            sa.Enum(
                "spouse",
                "partner",
                "daughter",
                "son",
                "parent",
                "sibling",
                "grandchild",
                "other_family",
                "friend",
                "neighbor",
                "guardian",
                "physician",
                "case_manager",
                "other",
                name="relationship",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("contact_phone", sa.String(length=20), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "hospital",
                "physician",
                "facility",
                "payer",
                "community",
                "client",
                "family",
                "self",
                "website",
                "other",
                name="referral_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_name", sa.String(length=120), nullable=True),
        sa.Column("payer_name", sa.String(length=120), nullable=True),
        sa.Column("services_wanted", postgresql.ARRAY(sa.String(length=80)), nullable=False),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "new",
                "contacted",
                "assessment_scheduled",
                "assessed",
                "won",
                "lost",
                name="referral_stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessment_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_step", sa.String(length=120), nullable=True),
        sa.Column("next_step_on", sa.Date(), nullable=True),
        sa.Column(
            "lost_reason",
            sa.Enum(
                "chose_another_agency",
                "too_expensive",
                "not_covered",
                "outside_area",
                "no_staff",
                "not_reached",
                "no_longer_needed",
                "went_to_facility",
                "deceased",
                "other",
                name="lost_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("lost_note", sa.String(length=300), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("won_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(stage = 'lost') = (lost_reason IS NOT NULL)", name=op.f("ck_referrals_lost_has_reason")),
        sa.CheckConstraint("(stage = 'won') = (client_id IS NOT NULL)", name=op.f("ck_referrals_won_has_client")),
        sa.ForeignKeyConstraint(
            ["organization_id", "branch_id"],
            ["branches.organization_id", "branches.id"],
            name=op.f("fk_referrals_organization_id_branch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_referrals_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "client_id"],
            ["clients.organization_id", "clients.id"],
            name=op.f("fk_referrals_organization_id_client_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_referrals_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "owner_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_referrals_organization_id_owner_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_referrals")),
    )
    op.create_index(
        op.f("ix_referrals_organization_id_client_id"), "referrals", ["organization_id", "client_id"], unique=False
    )
    op.create_index(
        op.f("ix_referrals_organization_id_next_step_on"),
        "referrals",
        ["organization_id", "next_step_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_referrals_organization_id_received_at"), "referrals", ["organization_id", "received_at"], unique=False
    )
    op.create_index(
        op.f("ix_referrals_organization_id_stage_received_at"),
        "referrals",
        ["organization_id", "stage", "received_at"],
        unique=False,
    )
    op.create_table(
        "incident_notifications",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column(
            "party",
            sa.Enum(
                "family",
                "physician",
                "supervisor",
                "case_manager",
                "state",
                "protective_services",
                "police",
                "payer",
                "other",
                name="notified_party",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "phone",
                "in_person",
                "email",
                "fax",
                "state_portal",
                "letter",
                name="notified_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_incident_notifications_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_incident_notifications_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "incident_id"],
            ["incidents.organization_id", "incidents.id"],
            name=op.f("fk_incident_notifications_organization_id_incident_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_incident_notifications")),
    )
    op.create_index(
        op.f("ix_incident_notifications_organization_id_incident_id_notified_at"),
        "incident_notifications",
        ["organization_id", "incident_id", "notified_at"],
        unique=False,
    )
    op.create_table(
        "referral_steps",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage", sa.String(length=40), nullable=True),
        sa.Column(
            "to_stage",
            sa.Enum(
                "new",
                "contacted",
                "assessment_scheduled",
                "assessed",
                "won",
                "lost",
                name="referral_stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_referral_steps_organization_id_changed_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_fk"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_referral_steps_organization_id_created_by_fk"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "moved_by_id"],
            ["ab_user.organization_id", "ab_user.id"],
            name=op.f("fk_referral_steps_organization_id_moved_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "referral_id"],
            ["referrals.organization_id", "referrals.id"],
            name=op.f("fk_referral_steps_organization_id_referral_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_referral_steps")),
    )
    op.create_index(
        op.f("ix_referral_steps_organization_id_moved_at"),
        "referral_steps",
        ["organization_id", "moved_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_referral_steps_organization_id_referral_id_moved_at"),
        "referral_steps",
        ["organization_id", "referral_id", "moved_at"],
        unique=False,
    )
    op.add_column("clients", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_clients_merged_into",
        "clients",
        ["organization_id", "merged_into_id"],
        unique=False,
        postgresql_where="merged_into_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_clients_organization_id_merged_into_id"),
        "clients",
        "clients",
        ["organization_id", "merged_into_id"],
        ["organization_id", "id"],
        ondelete="RESTRICT",
    )
    op.add_column(
        "organization_settings",
        sa.Column("client_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"),
    )
    op.alter_column("organization_settings", "client_policy", server_default=None)
    op.protect_table("match_keys", client="client_id", audited=False)
    op.protect_table("client_merges")
    op.protect_table("duplicate_pairs")
    op.protect_table("hospitalisations", client="client_id")
    op.protect_table("incidents", client="client_id")
    op.protect_table("referrals", client="client_id")
    op.protect_table("incident_notifications")
    op.protect_table("referral_steps")


def downgrade() -> None:
    op.drop_column("organization_settings", "client_policy")
    op.drop_constraint(op.f("fk_clients_organization_id_merged_into_id"), "clients", type_="foreignkey")
    op.drop_index("ix_clients_merged_into", table_name="clients", postgresql_where="merged_into_id IS NOT NULL")
    op.drop_column("clients", "merged_into_id")
    op.drop_index(op.f("ix_referral_steps_organization_id_referral_id_moved_at"), table_name="referral_steps")
    op.drop_index(op.f("ix_referral_steps_organization_id_moved_at"), table_name="referral_steps")
    op.drop_index(
        op.f("ix_incident_notifications_organization_id_incident_id_notified_at"), table_name="incident_notifications"
    )
    op.drop_index(op.f("ix_referrals_organization_id_stage_received_at"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_organization_id_received_at"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_organization_id_next_step_on"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_organization_id_client_id"), table_name="referrals")
    op.drop_index(op.f("ix_incidents_organization_id_status_due_on"), table_name="incidents")
    op.drop_index(op.f("ix_incidents_organization_id_title"), table_name="incidents")
    op.drop_index(op.f("ix_incidents_organization_id_due_on"), table_name="incidents")
    op.drop_index(op.f("ix_incidents_organization_id_client_id_occurred_at"), table_name="incidents")
    op.drop_index(
        "uq_hospitalisations_running",
        table_name="hospitalisations",
        postgresql_where="discharged_on IS NULL AND voided_at IS NULL",
    )
    op.drop_index(op.f("ix_hospitalisations_organization_id_client_id_admitted_on"), table_name="hospitalisations")
    op.drop_index(op.f("ix_duplicate_pairs_organization_id_second_client_id"), table_name="duplicate_pairs")
    op.drop_index(op.f("ix_duplicate_pairs_organization_id_decision_score"), table_name="duplicate_pairs")
    op.drop_index(op.f("ix_client_merges_organization_id_merged_client_id"), table_name="client_merges")
    op.drop_index(op.f("ix_client_merges_organization_id_kept_client_id"), table_name="client_merges")
    op.drop_index(op.f("ix_match_keys_organization_id_client_id"), table_name="match_keys")
    op.drop_table("referral_steps")
    op.drop_table("incident_notifications")
    op.drop_table("referrals")
    op.drop_table("incidents")
    op.drop_table("hospitalisations")
    op.drop_table("duplicate_pairs")
    op.drop_table("client_merges")
    op.drop_table("match_keys")
