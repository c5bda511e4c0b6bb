"""Ids that a request beyond the resources names beside its path: in the body, a nested key, a list, the query."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.isolation.honest import Request

Put = Callable[[Request, Any], Request]
NEVER = "01900000-0000-7000-8000-00000000dead"


@dataclass(frozen=True)
class Named:
    """A place for the id of a row of `resource`, and how it is put there. What isn't `refused` is passed over."""

    place: str
    resource: str
    put: Put
    is_refused: bool = True

    @property
    def never(self) -> Any:
        """An id of its kind that never was."""
        return 987654321 if self.resource in ("users", "roles") else NEVER


def in_body(name: str, resource: str, **more: Any) -> Named:
    return Named(name, resource, lambda asked, key: replace(asked, body={**asked.body, **more, name: key}))


def in_list(name: str, resource: str, *, is_refused: bool = True, **more: Any) -> Named:
    """Second in the list, after what honestly stands there."""

    def put(asked: Request, key: Any) -> Request:
        return replace(asked, body={**asked.body, **more, name: [*asked.body.get(name, []), key]})

    return Named(f"{name}, second in the list", resource, put, is_refused)


def in_values(name: str, resource: str) -> Named:
    def put(asked: Request, key: Any) -> Request:
        return replace(asked, body={**asked.body, "values": {**asked.body["values"], name: key}})

    return Named(f"values.{name}", resource, put)


def in_act(name: str, resource: str, **more: Any) -> Named:
    """In an act of a phone's batch."""

    def put(asked: Request, key: Any) -> Request:
        (act,) = asked.body["acts"]
        return replace(asked, body={"acts": [{**act, **more, name: key}]})

    return Named(f"acts[].{name}", resource, put)


def in_query(name: str, resource: str) -> Named:
    return Named(f"?{name}", resource, lambda asked, key: replace(asked, query={**asked.query, name: key}))


def in_ticked(resource: str) -> Named:
    """Ticked on the page of a call-out, for the visit that it opens."""

    def put(asked: Request, key: Any) -> Request:
        return replace(asked, body={**asked.body, "then": "offer", f"for-{asked.query['visit']}": key})

    return Named("for-<visit>", resource, put)


OF_BRANCH = (in_query("branch", "branches"),)
TASK = {"kind": "task", "outcome": "done"}

PLANNED = (
    in_body("client_id", "clients"),
    in_body("service_type_id", "service_types"),
    in_body("service_address_id", "service_addresses"),
    in_body("other_call_id", "unplanned_calls"),
)
"""What a visit that is planned from a call names."""

NAMED: dict[tuple[str, str], tuple[Named, ...]] = {
    ("OfferingApi.offer", "POST"): (in_list("staff_member_ids", "staff"),),
    ("InvitingApi.invite", "POST"): (in_list("staff_member_ids", "staff"),),
    ("MatchView.assign", "POST"): (in_body("assign", "staff"),),
    ("MatchView.offer", "POST"): (in_body("staff_member_id", "staff"),),
    ("VisitMoveApi.move", "POST"): (in_body("staff_member_id", "staff"),),
    ("VisitChangeApi.change_series", "POST"): (
        in_values("staff_member_id", "staff"),
        in_values("service_type_id", "service_types"),
        in_values("service_address_id", "service_addresses"),
    ),
    ("ScheduleApi.take_back", "POST"): (in_list("ids", "visits"),),
    ("MyVisitsApi.acts", "POST"): (
        in_act("visit_id", "visits"),
        in_act("task_id", "visit_tasks", **TASK),
    ),
    ("PortalView.act", "POST"): (in_body("task_id", "visit_tasks", **TASK),),
    ("WinningView.client", "POST"): (in_body("link", "clients"),),
    ("WinningApi.make_client", "POST"): (in_body("client_id", "clients"),),
    ("MergeView.merge", "POST"): (in_body("kept", "clients"),),
    ("MergeApi.merge", "POST"): (in_body("kept_client_id", "clients"),),
    ("FileApi.upload", "POST"): (in_body("owner_id", "clients"),),
    ("ComplianceApi.clearance", "GET"): (in_query("staff_member_id", "staff"),),
    ("OwnCredentialsView.hand_in", "POST"): (in_body("credential_type_id", "credential_types"),),
    ("OwnCredentialsView.show", "GET"): (in_query("credential_type_id", "credential_types"),),
    ("VisitChangeView.change_series", "POST"): (
        in_body("staff_member_id", "staff"),
        in_body("service_type_id", "service_types"),
        in_body("service_address_id", "service_addresses"),
    ),
    ("VisitConflictsApi.conflicts", "GET"): (in_query("staff_member_id", "staff"),),
    ("UnplannedCallView.plan", "POST"): PLANNED,
    ("UnplannedCallApi.plan", "POST"): PLANNED,
    ("CallOutView.call_out", "POST"): (in_ticked("staff"),),
    ("BoardView.board", "GET"): (in_query("service", "service_types"), in_query("view", "saved_views")),
    ("ComplianceView.matrix", "GET"): OF_BRANCH,
    ("ComplianceView.expiring", "GET"): OF_BRANCH,
    ("ComplianceView.in_service", "GET"): OF_BRANCH,
    ("ComplianceView.exclusions", "GET"): OF_BRANCH,
    ("ComplianceView.exclusions", "POST"): (in_list("ids", "staff", is_refused=False, source="oig"),),
    ("ComplianceView.download", "GET"): OF_BRANCH,
    ("ComplianceApi.matrix", "GET"): OF_BRANCH,
    ("ShellView.branches", "POST"): (in_body("branch", "branches"),),
    ("AccessReviewView.decide", "POST"): (in_body("user_id", "users"), in_body("role_id", "roles")),
    ("IntakeView.move", "POST"): (in_body("branch_id", "branches", stage="contacted"),),
    ("AuditView.activity", "GET"): (in_query("person", "users"),),
    ("AuditApi.events", "GET"): (in_query("person", "users"),),
}

NAMES_NOTHING: dict[str, str] = {
    "Texts, days, numbers and choices alone": (
        "AccountView.password AccountView.profile AuthApi.login AuthApi.refresh AuthApi.verify AuthView.login"
        " AuthView.recovery AuthView.second_factor BrandingView.colors BrandingView.reset BrandingView.save"
        " BrandingView.undo CallOutApi.call_out CallOutView.ask ConversionApi.figures ConversionView.figures"
        " CorrectionView.correct DecisionView.decide DomainView.ask EnrolmentView.enrol EnrolmentView.recovery_codes"
        " EnrolmentView.remove FieldsView.ask_kind FieldsView.change_kind FieldsView.preview HiringApi.hire"
        " HiringApi.move HiringApi.reject HiringView.hire HiringView.move HiringView.reject LinkView.forgot"
        " LinkView.invitation LinkView.reset NotificationApi.get_list OfferedView.decline OrganizationSettingsApi.patch_settings"
        " OrganizationsApi.reopen OrganizationsApi.setup OrganizationsApi.suspend OwnOffersApi.accept OwnOffersApi.decline"
        " OwnOffersView.decline PlatformSupportView.request PlatformView.add PlatformView.reopen PlatformView.suspend"
        " PortalView.language PortalView.texts ProofView.clock ProofView.miss ClockApi.miss ScheduleApi.copy_week"
        " ScheduleApi.days SearchApi.search SearchView.results SettingsView.save ShellView.palette StatusApi.consequences"
        " StatusView.ask StatusView.change TaxIdView.reveal VisitChangeApi.call_off VisitChangeView.ask_call_off"
        " VisitChangeView.call_off WeekView.edit WeekView.exception WorkerView.script browser_reports.report"
        " IntakeView.board IntakeView.stage VisitChangeView.ask_series MatchView.match UnplannedCallView.ask"
    ),
    "Words of permissions, of lists and of columns": (
        "RolePermissionsApi.put_permissions RolePermissionsView.save ExportView.ask ImportView.begin ImportView.run"
        " ImportView.set_columns ImportView.undo ImportView.upload"
    ),
    "A person as they describe themselves, or a number on a card": (
        "BreakGlassApi.find BreakGlassApi.open BreakGlassView.ask BreakGlassView.open MatchesApi.search TelephonyApi.call"
        " NumbersApi.find NumbersView.find"
    ),
    "Ids that a phone makes up for what is new": (
        "ClockApi.clock ClockApi.mileage ClockApi.note ClockApi.signature CorrectionApi.correct TaskApi.settle"
        " MyVisitsApi.key MyPushApi.keep MyPushApi.stop"
    ),
    "The file, the number of its version, or the page to go back to": (
        "FileApi.add_version FileApi.hold FileApi.link FileApi.release FileView.add FileView.add_version FileView.hold"
        " FileView.of_record FileView.open FileView.release FileView.restore FileView.trash PhotoView.save"
        " files.open_file NotificationView.read ThemeView.icon"
    ),
    "Days, and a place in the agency's own trail": "AuditView.client AuditView.record AuditView.export AuditApi.viewers",
}
"""Routes that read body, form or query and find no id of a row in it, by the reason."""
