"""Clients and what belongs to them, as screens and REST."""

from app.core.resource import Chart, Resource
from starline.clients import addresses, contacts, coverages, notes, preferences, service
from starline.clients.models import (
    CareTeamMember,
    Client,
    ClientNote,
    ClientPreference,
    ClientStatusChange,
    Contact,
    Coverage,
    ServiceAddress,
)

STATUS_TONES = {
    "inquiry": "info",
    "assessment": "info",
    "active": "good",
    "on_hold": "warn",
    "hospitalised": "warn",
    "discharged": "plain",
    "deceased": "plain",
}


class Clients(Resource, model=Client, menu="People", icon="user-heart"):
    table = "last_name first_name client_number status branch care_coordinator birth_date phone"
    filters = "status branch care_coordinator last_name first_name client_number birth_date start_of_care_on fall_risk"
    search = "search_name search_first_name"
    hint = "client_number status birth_date"
    order = "last_name first_name"
    form = {
        "Person": "first_name middle_name last_name suffix preferred_name birth_date sex gender_identity pronouns",
        "Agency": "branch care_coordinator referral_source start_of_care_on",
        "Reach": "phone mobile_phone email languages",
        "Identification": "ssn medicaid_id medicare_id marital_status veteran_status religion",
        "Care": "code_status allergies_note mobility diet fall_risk is_elopement_risk caregiver_notes",
        "Home and emergency": "has_pets is_smoking_home equipment triage_level emergency_plan",
    }
    show = {"": "client_number status", **form}
    related = (
        "service_addresses contacts coverages client_preferences client_notes care_team_members client_status_changes"
    )
    figures = {
        "Active clients": "status=active",
        "On hold or in hospital": "status.in=on_hold,hospitalised",
        "Before care begins": "status.in=inquiry,assessment",
    }
    charts = {"Clients by status": Chart(by="status")}
    pills = {"status": STATUS_TONES, "fall_risk": {"low": "good", "moderate": "warn", "high": "bad"}}
    without = "delete"
    create = service.create_client
    update = service.update_client


class ServiceAddresses(Resource, model=ServiceAddress, icon="map-pin"):
    title = "Service addresses"
    table = "label client line1 line2 city state postal_code is_primary"
    filters = "client city postal_code is_primary"
    form = {
        "Address": "client label line1 line2 city state postal_code county is_primary",
        "Finding it": "latitude longitude geofence_metres access_instructions door_code",
    }
    create = addresses.add_service_address
    update = addresses.update_service_address
    delete = addresses.remove_service_address


class Contacts(Resource, model=Contact, icon="address-book"):
    table = "last_name first_name client relationship emergency_order phone mobile_phone"
    filters = "client relationship last_name emergency_order is_guarantor"
    search = "search_name"
    order = "last_name first_name"
    form = {
        "Person": "client first_name last_name relationship emergency_order",
        "Reach": "phone mobile_phone email user",
        "May decide": "is_health_poa is_finance_poa is_guardian is_guarantor note",
    }
    create = contacts.add_contact
    update = contacts.update_contact
    delete = contacts.remove_contact


class Coverages(Resource, model=Coverage, icon="shield-check"):
    table = "payer_name client priority starts_on ends_on group_number"
    filters = "client payer_name priority starts_on ends_on"
    form = {
        "Coverage": "client payer_name priority starts_on ends_on",
        "Insurance": "member_id group_number subscriber subscriber_name",
    }
    figures = {"Coverages that end within 30 days": "ends_on.ge={today}&ends_on.le={in_30_days}"}
    pills = {"priority": {"primary": "good", "secondary": "info", "tertiary": "plain"}}
    without = "delete"
    create = coverages.add_coverage
    update = coverages.update_coverage


class ClientPreferences(Resource, model=ClientPreference, icon="heart"):
    title = "Preferences"
    table = "kind client value caregiver reason"
    filters = "client kind caregiver"
    form = {"Preference": "client kind value caregiver reason"}
    pills = {"kind": {"excluded_caregiver": "bad", "wanted_caregiver": "good"}}
    create = preferences.add_preference
    update = preferences.update_preference
    delete = preferences.remove_preference


class ClientNotes(Resource, model=ClientNote, icon="note"):
    title = "Notes"
    table = "kind client body is_pinned visibility created_on"
    filters = "client kind is_pinned visibility created_on"
    form = {"Note": "client kind body is_pinned visibility"}
    create = notes.add_note
    update = notes.update_note
    delete = notes.void_note


class CareTeamMembers(Resource, model=CareTeamMember, icon="users"):
    title = "Care team"
    table = "user client role starts_on ends_on"
    filters = "client user role starts_on ends_on"
    form = {"Assignment": "client user role starts_on ends_on"}
    without = "delete"
    create = service.assign_to_care_team
    update = service.update_assignment


class ClientStatusChanges(Resource, model=ClientStatusChange, icon="history"):
    title = "Status history"
    table = "to_status client from_status changed_status_on reason"
    filters = "client to_status changed_status_on"
    form = {"Change of status": "client to_status changed_status_on reason"}
    pills = {"to_status": STATUS_TONES}
    figures = {"Care begun in 30 days": "to_status=active&changed_status_on.ge={30_days_ago}"}
    trends = {"Care begun in 30 days": Chart(by="changed_status_on", query="to_status=active")}
    charts = {
        "Care begun and ended": Chart(
            by="changed_status_on",
            split="to_status",
            series={"active": "accent", "discharged": "info", "deceased": "plain"},
            months=range(-11, 1),
        )
    }
    without = "edit delete"
    create = service.add_status_change
