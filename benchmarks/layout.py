"""What every contender agrees on: the table, the columns, the order, how many workers and threads."""

from __future__ import annotations

SCHEMA = "public"
LIST_COLUMNS = [
    "id",
    "client_number",
    "first_name",
    "last_name",
    "birth_date",
    "status",
    "branch_id",
    "phone",
    "care_coordinator_id",
    "changed_on",
]
SHOW_COLUMNS = [
    *LIST_COLUMNS,
    "middle_name",
    "suffix",
    "preferred_name",
    "sex",
    "gender_identity",
    "pronouns",
    "referral_source",
    "start_of_care_on",
    "mobile_phone",
    "email",
    "languages",
    "marital_status",
    "veteran_status",
    "religion",
    "code_status",
    "mobility",
    "fall_risk",
    "is_elopement_risk",
    "has_pets",
    "is_smoking_home",
    "triage_level",
    "version",
]
"""What one client answers with; only Starline adds the names behind the two ids, the masked secrets and the texts that
lie sealed."""
SCREEN_COLUMNS = ["client_number", "first_name", "last_name", "birth_date", "status", "phone"]
WRITTEN_COLUMNS = ["client_number", "first_name", "last_name", "birth_date", "status", "branch_id", "phone", "email"]
ORDER_COLUMNS = ["last_name", "first_name", "client_number", "changed_on"]
ORDER = ("last_name", "first_name")

NEXT_NUMBER = (
    "INSERT INTO public.organization_counters (organization_id, name, value) VALUES (:organization_id, 'clients', 1)"
    " ON CONFLICT (organization_id, name) DO UPDATE SET value = organization_counters.value + 1 RETURNING value"
)
FIRST_STATUS = (
    "INSERT INTO public.client_status_changes (id, organization_id, client_id, to_status, changed_status_on,"
    " created_on, changed_on, version)"
    " VALUES (gen_random_uuid(), :organization_id, :client_id, :status, current_date, now(), now(), 1)"
)
"""What else a create of Starline's writes."""

WORKERS = 2
THREADS = 8
ORGANIZATIONS = 50
CLIENTS = 100_000
READERS = 40
PASSWORD = "kettle-Orchard-meadow-2026"
