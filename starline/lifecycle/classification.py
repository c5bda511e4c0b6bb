"""What every text of every tenant table is, and so what a copy for development may show of it.

A column that isn't named here fails a test: somebody has to decide. Closed lists (enums), numbers, switches and
instants are kept; dates of birth and places are named here although they are no texts.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What a column holds. All but KEPT are replaced."""

    KEPT = "a word of a vocabulary, a setting, a technical name"
    FIRST = "a given name"
    LAST = "a family name"
    FULL = "a whole name"
    AGENCY = "the name of an agency or an office"
    PHONE = "a telephone number"
    EMAIL = "an e-mail address"
    STREET = "a line of an address"
    CITY = "a town"
    ZIP = "a ZIP code: its first three digits stay"
    TEXT = "words that somebody wrote"
    CODE = "a number that names a person or a thing: its shape stays"
    SEALED = "an encrypted value"
    ENDING = "the last four characters of the encrypted value beside it"
    REFERENCE = "a row's id as text; anything else is replaced"
    NOTHING = "left out: empty in the copy"
    BIRTH = "a date of birth: another day of the same year"
    PLACE = "a coordinate: rounded to a tenth of a degree, about eleven kilometres"


K = Kind
NAMES = {K.FIRST: "first_name middle_name preferred_name", K.LAST: "last_name"}
ADDRESS = {K.STREET: "line1 line2", K.CITY: "city", K.ZIP: "postal_code", K.KEPT: "state"}

CLEARED = frozenset(
    {
        "api_keys",
        "audit_blocks",
        "audit_texts",
        "calendar_feeds",
        "custom_values",
        "file_versions",
        "idempotent_requests",
        "import_rows",
        "match_keys",
        "organization_keys",
        "outbox_messages",
        "push_devices",
        "recovery_codes",
        "refresh_tokens",
        "remembered_devices",
        "search_spellings",
        "search_tokens",
        "second_factors",
        "sign_in_attempts",
        "stored_files",
        "telephony_lines",
        "telephony_pins",
        "user_sessions",
        "user_tokens",
        "webhook_deliveries",
        "webhook_endpoints",
    }
)
"""Tables that are emptied: what opens doors, what waits to be sent, what is worked out again, and seals of a trail
that is masked. The keys are made anew for what is sealed anew, and the words of the search for what is named anew.
Files, whose bytes a copy doesn't have."""

CLASSES: dict[str, dict[Kind, str]] = {
    "organizations": {
        K.AGENCY: "name legal_name",
        K.KEPT: "slug",
        K.NOTHING: "custom_domain email_domain npi",
        K.SEALED: "tax_id_encrypted",
        K.ENDING: "tax_id_last4",
        K.FULL: "baa_signed_by",
    },
    "ab_role": {K.KEPT: "name template"},
    "ab_user": {
        K.FIRST: "first_name",
        K.LAST: "last_name",
        K.EMAIL: "username email",
        K.PHONE: "phone",
        K.NOTHING: "password photo_file",
        K.KEPT: "locale time_zone",
    },
    "audit_events": {
        K.KEPT: "request_id action subject client_ids",
        K.REFERENCE: "subject_id",
        K.NOTHING: "changes",
        K.TEXT: "reason",
    },
    "audit_sightings": {K.KEPT: "action subject"},
    "job_runs": {K.KEPT: "job"},
    "organization_counters": {K.KEPT: "name"},
    "branches": {
        **ADDRESS,
        K.AGENCY: "name",
        K.KEPT: "state code time_zone",
        K.PHONE: "phone",
        K.CODE: "provider_number",
    },
    "credential_types": {K.KEPT: "name required_disciplines required_positions required_payers reminder_days"},
    "training_courses": {K.KEPT: "name required_disciplines", K.TEXT: "description"},
    "onboarding_checklists": {K.KEPT: "name disciplines"},
    "onboarding_steps": {K.KEPT: "title"},
    "organization_settings": {
        K.AGENCY: "display_name email_from_name",
        K.EMAIL: "email_from_address email_reply_to",
        K.NOTHING: "logo_file favicon_file login_background_file email_header_file previous_brand wanted_domain"
        " domain_token",
        K.KEPT: "primary_color secondary_color theme_color features time_zone locale date_format currency"
        " security_policy scheduling_policy billing_policy file_policy client_policy",
    },
    "clients": {
        **NAMES,
        K.KEPT: "suffix languages",
        K.NOTHING: "gender_identity pronouns religion photo_file custom ssn_hash medicaid_id_hash medicare_id_hash",
        K.SEALED: "ssn_encrypted medicaid_id_encrypted medicare_id_encrypted diet_encrypted allergies_note_encrypted"
        " equipment_encrypted emergency_plan_encrypted caregiver_notes_encrypted",
        K.ENDING: "ssn_last4 medicaid_id_last4 medicare_id_last4",
        K.PHONE: "phone mobile_phone",
        K.EMAIL: "email",
        K.TEXT: "referral_source",
        K.BIRTH: "birth_date",
    },
    "staff_members": {
        **NAMES,
        **ADDRESS,
        K.KEPT: "state position languages skills",
        K.SEALED: "ssn_encrypted",
        K.ENDING: "ssn_last4",
        K.NOTHING: "npi photo_file custom ssn_hash",
        K.TEXT: "termination_reason emergency_contact_relationship",
        K.PHONE: "phone emergency_contact_phone",
        K.EMAIL: "email",
        K.FULL: "emergency_contact_name",
        K.BIRTH: "birth_date",
        K.PLACE: "latitude longitude",
    },
    "client_notes": {K.SEALED: "body_encrypted", K.TEXT: "void_reason"},
    "client_preferences": {K.TEXT: "value reason"},
    "service_types": {K.KEPT: "name hcpcs modifiers color"},
    "care_tasks": {K.KEPT: "name", K.TEXT: "instructions"},
    "service_plans": {K.FULL: "authorised_by", K.TEXT: "title note answer", K.NOTHING: "custom"},
    "plan_tasks": {K.KEPT: "name weekdays", K.TEXT: "instructions"},
    "holidays": {K.KEPT: "name"},
    "visit_series": {K.KEPT: "rule time_zone", K.TEXT: "note"},
    "visits": {K.KEPT: "time_zone overridden", K.TEXT: "note void_note override_reason", K.NOTHING: "custom"},
    "clock_events": {K.PLACE: "latitude longitude", K.PHONE: "phone", K.KEPT: "device", K.TEXT: "reason"},
    "visit_exceptions": {K.TEXT: "note"},
    "evv_tolerances": {K.TEXT: "note"},
    "unplanned_calls": {K.PHONE: "phone"},
    "visit_tasks": {K.KEPT: "name", K.TEXT: "instructions reason"},
    "visit_acts": {K.SEALED: "words_encrypted"},
    "visit_records": {K.SEALED: "note_encrypted", K.FULL: "signed_by_name"},
    "offers": {K.TEXT: "note"},
    "offer_invitations": {K.KEPT: "channels", K.TEXT: "reason"},
    "call_outs": {K.TEXT: "note"},
    "client_status_changes": {K.KEPT: "from_status", K.SEALED: "reason_encrypted"},
    "client_merges": {
        K.FULL: "merged_name",
        K.NOTHING: "moved chosen",
        K.SEALED: "kept_ssn_encrypted kept_medicaid_id_encrypted kept_medicare_id_encrypted kept_texts_encrypted",
    },
    "duplicate_pairs": {K.KEPT: "reasons"},
    "hospitalisations": {K.AGENCY: "facility", K.SEALED: "reason_encrypted note_encrypted", K.TEXT: "void_reason"},
    "incidents": {
        K.SEALED: "description_encrypted involved_encrypted injuries_encrypted immediate_action_encrypted"
        " investigation_encrypted corrective_action_encrypted",
        K.TEXT: "place void_reason",
        K.NOTHING: "custom",
    },
    "incident_notifications": {K.FULL: "name", K.TEXT: "note"},
    "referrals": {
        **NAMES,
        K.FIRST: "first_name",
        K.BIRTH: "birth_date",
        K.PHONE: "phone contact_phone",
        K.EMAIL: "email",
        K.STREET: "line1",
        K.CITY: "city",
        K.ZIP: "postal_code",
        K.FULL: "contact_name",
        K.KEPT: "state payer_name services_wanted",
        K.TEXT: "source_name needs next_step lost_note",
    },
    "referral_steps": {K.KEPT: "from_stage"},
    "contacts": {**NAMES, K.FIRST: "first_name", K.PHONE: "phone mobile_phone", K.EMAIL: "email", K.TEXT: "note"},
    "coverages": {
        K.KEPT: "payer_name",
        K.NOTHING: "member_id_hash",
        K.SEALED: "member_id_encrypted",
        K.ENDING: "member_id_last4",
        K.CODE: "group_number",
        K.FULL: "subscriber_name",
    },
    "credentials": {K.CODE: "number", K.TEXT: "issuer void_reason", K.NOTHING: "file custom"},
    "exclusion_checks": {K.TEXT: "note"},
    "training_records": {K.TEXT: "instructor void_reason", K.NOTHING: "file"},
    "performance_reviews": {K.TEXT: "strengths improvements goals"},
    "onboarding_items": {K.TEXT: "title note"},
    "applicants": {
        K.FIRST: "first_name",
        K.LAST: "last_name",
        K.PHONE: "phone",
        K.EMAIL: "email",
        K.KEPT: "position rejected_from",
        K.FULL: "referred_by",
        K.TEXT: "notes rejection_note",
    },
    "pay_rates": {K.KEPT: "service_code"},
    "service_addresses": {
        **ADDRESS,
        K.CITY: "city county",
        K.TEXT: "label",
        K.SEALED: "door_code_encrypted access_instructions_encrypted",
        K.PLACE: "latitude longitude",
    },
    "imports": {K.KEPT: "list_name mapping", K.TEXT: "file_name", K.NOTHING: "headers"},
    "exports": {K.KEPT: "list_names parts storage_key", K.TEXT: "file_name"},
    "custom_fields": {K.KEPT: "label key choices help section role_names"},
    "saved_views": {K.KEPT: "list_name", K.TEXT: "name query"},
    "notifications": {K.KEPT: "kind sentence key", K.NOTHING: "facts link"},
    "default_views": {K.KEPT: "list_name"},
    "access_reviews": {K.KEPT: "role_name", K.TEXT: "note"},
    "security_alerts": {K.NOTHING: "address", K.TEXT: "comment"},
    "support_accesses": {
        K.FULL: "operator_name",
        K.EMAIL: "operator_email",
        K.TEXT: "reason",
        K.NOTHING: "hand_over_hash",
    },
    "break_glass_accesses": {K.TEXT: "reason opinion"},
    "time_off": {K.TEXT: "note decision_note"},
}


def kinds_of(table: str) -> dict[str, Kind]:
    """The table's classified columns."""
    return {name: kind for kind, names in CLASSES.get(table, {}).items() for name in names.split()}
