"""Clients and what belongs to them, as screens and REST."""

from app.clients.entering import ClientsApi, ClientsView
from app.clients.pairs import DuplicatesView
from app.core.resource import Chart, Count, Resource, Work
from starline.clients import (
    addresses,
    contacts,
    coverages,
    hospital,
    incidents,
    matching,
    merging,
    notes,
    preferences,
    referrals,
    service,
)
from starline.clients.models import (
    CareTeamMember,
    Client,
    ClientMerge,
    ClientNote,
    ClientPreference,
    ClientStatusChange,
    Contact,
    Coverage,
    DuplicatePair,
    Hospitalisation,
    Incident,
    IncidentNotification,
    Referral,
    ReferralStep,
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
    takes_imports = True
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
        "contacts coverages client_preferences client_notes care_team_members service_addresses"
        " hospitalisations incidents"
    )
    figures = {
        "Active clients": Count("status=active", place=30),
        "On hold or in hospital": Count("status.in=on_hold,hospitalised", place=31),
        "Before care begins": Count("status.in=inquiry,assessment", place=32),
    }
    charts = {"Clients by status": Chart(by="status", place=30)}
    pills = {"status": STATUS_TONES, "fall_risk": {"low": "good", "moderate": "warn", "high": "bad"}}
    without = "delete"
    create = service.create_client
    update = service.update_client
    view = ClientsView
    api = ClientsApi


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
    takes_imports = True
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
    takes_imports = True
    table = "payer_name client priority starts_on ends_on group_number"
    filters = "client payer_name priority starts_on ends_on"
    form = {
        "Coverage": "client payer_name priority starts_on ends_on",
        "Insurance": "member_id group_number subscriber subscriber_name",
    }
    waits = {"Coverages that end within 30 days": "ends_on.ge={today}&ends_on.le={in_30_days}"}
    work = {
        "Coverages that end within 30 days": Work(
            "Coverage of %(client)s ends", "%(payer_name)s · %(ends_on)s", "Renew", place=36, order="ends_on"
        )
    }
    figures = {"Coverages that end within 30 days": Count("ends_on.ge={today}&ends_on.le={in_30_days}", place=29)}
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
    figures = {"Care begun in 30 days": Count("to_status=active&changed_status_on.ge={30_days_ago}", place=33)}
    trends = {"Care begun in 30 days": Chart(by="changed_status_on", query="to_status=active")}
    charts = {
        "Care begun and ended": Chart(
            by="changed_status_on",
            split="to_status",
            series={"active": "accent", "discharged": "info", "deceased": "plain"},
            months=range(-11, 1),
            place=31,
        )
    }
    without = "edit delete"
    create = service.add_status_change


class Hospitalisations(Resource, model=Hospitalisation, icon="ambulance"):
    title = "Hospital stays"
    table = "reason client facility admitted_on discharged_on is_planned"
    filters = "client facility admitted_on discharged_on is_planned"
    order = "-admitted_on"
    form = {"Stay": "client facility reason admitted_on discharged_on is_planned note"}
    create = hospital.add_stay
    update = hospital.update_stay
    delete = hospital.void_stay


STAGE_TONES = {
    "new": "info",
    "contacted": "info",
    "assessment_scheduled": "warn",
    "assessed": "warn",
    "won": "good",
    "lost": "plain",
}


class Referrals(Resource, model=Referral, icon="inbox"):
    table = "last_name first_name stage source source_name owner received_at next_step next_step_on branch"
    filters = "stage source owner branch received_at next_step_on lost_reason payer_name last_name"
    order = "-received_at"
    form = {
        "Person": "first_name last_name birth_date phone email",
        "Home": "line1 city state postal_code",
        "Who calls": "contact_name contact_relationship contact_phone",
        "Referral": "source source_name received_at payer_name services_wanted needs branch",
        "Intake": "stage owner assessment_at next_step next_step_on lost_reason lost_note",
    }
    show = {"": "referral_number client won_on", **form}
    related = "referral_steps"
    pills = {"stage": STAGE_TONES}
    links = {"Make a client": "/intake/{id}/client", "Move to another stage": "/intake/{id}/move"}
    waits = {"Referrals whose next step is overdue": "next_step_on.lt={today}"}
    work = {
        "Referrals whose next step is overdue": Work(
            "Follow up %(first_name)s %(last_name)s",
            "%(next_step)s · %(next_step_on)s",
            "Follow up",
            place=30,
            order="next_step_on",
        )
    }
    without = "delete"
    create = referrals.take_referral
    update = referrals.update_referral


class ReferralSteps(Resource, model=ReferralStep, icon="history"):
    title = "Steps"
    table = "to_stage referral from_stage moved_at moved_by"
    filters = "referral to_stage moved_at"
    show = {"": "referral from_stage to_stage moved_at moved_by"}
    pills = {"to_stage": STAGE_TONES}
    read_only = True


class Incidents(Resource, model=Incident, menu="Care", icon="alert-triangle"):
    table = "title client severity status occurred_at due_on investigator"
    filters = "client kind severity status due_on occurred_at investigator is_reportable"
    search = "title"
    order = "due_on"
    form = {
        "What happened": "client kind severity occurred_at place description involved injuries",
        "At once": "immediate_action is_reportable due_on",
        "Afterwards": "investigator investigation corrective_action",
    }
    show = {"": "incident_number status closed_at", **form}
    related = "incident_notifications"
    pills = {
        "severity": {"near_miss": "plain", "minor": "info", "moderate": "warn", "serious": "bad", "critical": "bad"},
        "status": {"reported": "bad", "investigating": "warn", "closed": "good"},
    }
    links = {"Report as PDF": "/incidents/{id}/report"}
    figures = {"Incidents not closed": Count("status.ne=closed", place=25)}
    waits = {
        "Incidents past their due date": "status.ne=closed&due_on.lt={today}",
        "Incidents nobody looks into yet": "status=reported",
    }
    work = {
        "Incidents nobody looks into yet": Work(
            "%(title)s, %(client)s",
            "%(severity)s · %(occurred_at)s",
            "Investigate",
            place=14,
            order="due_on",
            tone="bad",
        ),
        "Incidents past their due date": Work(
            "%(title)s, %(client)s", "Was due on %(due_on)s", "Close", place=16, order="due_on", tone="bad"
        ),
    }
    actions = {
        "start_investigation": incidents.start_investigation,
        "close": incidents.close_incident,
        "reopen": incidents.reopen_incident,
    }
    create = incidents.report_incident
    update = incidents.update_incident
    delete = incidents.void_incident


class IncidentNotifications(Resource, model=IncidentNotification, icon="message"):
    title = "Notifications"
    table = "party name incident notified_at channel note"
    filters = "incident party notified_at channel"
    order = "-notified_at"
    form = {"Notification": "incident party name notified_at channel note"}
    without = "delete"
    create = incidents.add_notification
    update = incidents.update_notification


class Duplicates(Resource, model=DuplicatePair, menu="People", icon="users"):
    name = "duplicates"
    title = "Possible duplicates"
    table = "first_client second_client score reasons decision decided_at decided_by"
    filters = "decision score first_client second_client"
    order = "-score"
    show = {"": "first_client second_client score reasons decision decided_at decided_by"}
    pills = {"decision": {"open": "warn", "not_duplicate": "plain", "merged": "good"}}
    waits = {"Records that look like one person": "decision=open"}
    read_only = True
    actions = {"not_a_duplicate": matching.not_a_duplicate, "look_again": matching.look_again}
    view = DuplicatesView


class Merges(Resource, model=ClientMerge, icon="unlink"):
    title = "Merged records"
    table = "merged_name kept_client merged_at merged_by undo_until undone_at"
    filters = "kept_client merged_at undone_at"
    order = "-merged_at"
    show = {"": "merged_name kept_client merged_at merged_by undo_until undone_at"}
    read_only = True
    actions = {"undo": merging.undo_merge}
