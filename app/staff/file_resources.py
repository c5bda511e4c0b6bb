"""The personnel file: people, what they have proved, their time and their pay, as screens and REST."""

from app.core.resource import Chart, Count, Resource, Work
from starline.staff import access, availability, credentials, exclusions, onboarding, pay_rates, service, time_off
from starline.staff.models import (
    AvailabilitySlot,
    Credential,
    CredentialType,
    ExclusionCheck,
    PayRate,
    StaffMember,
    TimeOff,
)


class StaffMembers(Resource, model=StaffMember, menu="People", icon="nurse"):
    takes_imports = True
    name = "staff"
    title = "Staff"
    table = "last_name first_name staff_number status position discipline branch phone"
    filters = "status discipline employment_type branch supervisor last_name first_name staff_number hired_on"
    search = "search_name search_first_name"
    hint = "staff_number position status"
    order = "last_name first_name"
    form = {
        "Person": "first_name middle_name last_name preferred_name birth_date gender ssn"
        " phone texts_agreed_on email languages skills",
        "Employment": "position discipline employment_type branch supervisor hired_on npi user",
        "Status": "status terminated_on termination_reason",
        "Home": "line1 line2 city state postal_code latitude longitude transport_mode",
        "In an emergency": "emergency_contact_name emergency_contact_phone emergency_contact_relationship",
    }
    show = {"": "staff_number", **form}
    related = "credentials exclusion_checks time_off pay_rates training_records performance_reviews onboarding_items"
    figures = {"Active staff": Count("status=active", place=40), "Staff on leave": Count("status=leave", place=44)}
    charts = {"Active staff by discipline": Chart(by="discipline", query="status=active", place=40)}
    pills = {"status": {"active": "good", "leave": "warn", "terminated": "plain"}}
    without = "delete"
    create = service.create_staff_member
    update = service.update_staff_member
    actions = {"invite_to_sign_in": access.invite_to_sign_in, "start_onboarding": onboarding.start_onboarding}


class CredentialTypes(Resource, model=CredentialType, menu="Settings", icon="certificate"):
    title = "Credential types"
    table = "name validity_months required_disciplines on_lapse is_active"
    filters = "name is_active on_lapse"
    order = "name"
    form = {
        "Credential type": "name validity_months reminder_days on_lapse is_active",
        "Required": "required_disciplines required_positions required_payers",
    }
    create = credentials.add_credential_type
    update = credentials.update_credential_type
    delete = credentials.remove_credential_type


class Credentials(Resource, model=Credential, menu="People", icon="certificate"):
    takes_imports = True
    table = "credential_type staff_member number issued_on expires_on verified_on"
    filters = "staff_member credential_type expires_on issued_on verified_on"
    order = "-expires_on"
    form = {"Credential": "staff_member credential_type number issuer issued_on expires_on"}
    show = {**form, "Verified": "verified_on verified_by"}
    create = credentials.add_credential
    update = credentials.update_credential
    delete = credentials.void_credential
    actions = {"verify": credentials.verify_credential}
    figures = {
        "Credentials that end within 30 days": Count("expires_on.ge={today}&expires_on.le={in_30_days}", place=42)
    }
    charts = {"Credentials that end": Chart(by="expires_on", months=range(6), place=41)}
    work = {
        "Credentials that end within 30 days": Work(
            "%(credential_type)s of %(staff_member)s ends", "%(expires_on)s", "Renew", place=34, order="expires_on"
        )
    }
    waits = {
        "Credentials to verify": "verified_on.null=true",
        "Credentials that end within 30 days": "expires_on.ge={today}&expires_on.le={in_30_days}",
    }


class ExclusionChecks(Resource, model=ExclusionCheck, icon="shield-check"):
    title = "Exclusion checks"
    table = "source staff_member checked_on result next_due_on checked_by"
    filters = "staff_member source result checked_on next_due_on"
    order = "-checked_on"
    form = {"Check": "staff_member source checked_on result next_due_on note"}
    show = {**form, "By": "checked_by"}
    pills = {"result": {"clear": "good", "possible_match": "warn", "excluded": "bad"}}
    without = "delete"
    create = exclusions.record_exclusion_check
    update = exclusions.update_exclusion_check
    waits = {"Possible matches on exclusion lists": "result=possible_match"}


class Availability(Resource, model=AvailabilitySlot, icon="calendar-week"):
    title = "Availability"
    table = "weekday on_date starts_time ends_time is_available staff_member valid_from valid_until"
    filters = "staff_member weekday on_date is_available"
    form = {
        "Availability": "staff_member weekday on_date is_available starts_time ends_time",
        "Only for a while": "valid_from valid_until",
    }
    create = availability.add_availability
    update = availability.update_availability
    delete = availability.remove_availability


class TimeOffRequests(Resource, model=TimeOff, menu="People", icon="calendar-off"):
    title = "Time off"
    table = "staff_member kind starts_on ends_on status"
    filters = "staff_member kind status starts_on ends_on"
    order = "-starts_on"
    form = {"Time off": "staff_member kind starts_on ends_on note"}
    show = {**form, "Answer": "status decided_by decided_at decision_note"}
    pills = {"status": {"requested": "info", "approved": "good", "declined": "bad", "cancelled": "plain"}}
    without = "delete"
    create = time_off.request_time_off
    update = time_off.update_time_off
    actions = {
        "approve": time_off.approve_time_off,
        "decline": time_off.decline_time_off,
        "cancel": time_off.cancel_time_off,
    }
    figures = {"Off today": Count("status=approved&starts_on.le={today}&ends_on.ge={today}", place=41)}
    work = {
        "Requests for time off to answer": Work(
            "%(staff_member)s asks for time off",
            "%(kind)s · %(starts_on)s – %(ends_on)s",
            "Answer",
            place=32,
            order="starts_on",
        )
    }
    waits = {"Requests for time off to answer": "status=requested"}


class PayRates(Resource, model=PayRate, icon="cash"):
    title = "Pay rates"
    table = "staff_member service_code rate_amount unit starts_on ends_on"
    filters = "staff_member service_code starts_on ends_on"
    form = {"Pay rate": "staff_member service_code rate_amount unit starts_on ends_on"}
    without = "delete"
    create = pay_rates.add_pay_rate
    update = pay_rates.update_pay_rate
