"""The routes beyond the declared resources: who they are for, and how to ask them honestly.

A route that is new has to be written down here, or the walk stops: nobody forgets to say whom it is for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from tests.isolation import arguments as own
from tests.isolation.arguments import Arguments
from tests.isolation.asks import UnknownRoute, resource_of_endpoint
from tests.isolation.cast import Agency, Cast, Person
from tests.notifications.push_service import A_SUBSCRIPTION

GOOD = (200, 201, 302)


class For(StrEnum):
    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"
    SETTINGS = "settings"
    AUDITORS = "auditors"
    OPERATORS = "operators"
    DEVELOPERS = "developers"
    READERS = "readers of files"


@dataclass(frozen=True)
class Other:
    """`whom` a route is for; `own` gives its path's arguments for a person of the agency."""

    whom: For
    own: Callable[[Agency, Person], Arguments] = lambda agency, person: {}
    sends: dict[str, Any] = field(default_factory=dict)
    good: tuple[int, ...] = GOOD
    """What those whom it is for may be answered. Only what is done counts as a control: `controls.is_done`."""
    needs: tuple[str, str] | None = None
    """The permission without which the route answers 403, where not all that it is for hold it."""


@dataclass(frozen=True)
class OtherAsk:
    """One request. `path` holds Flask's variables."""

    method: str
    path: str
    endpoint: str
    other: Other

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")


FORM = (200, 302, 401, 422)
"""A form that was sent empty: shown again, or refused with its sentences."""

MINE, MY_VISITS = (200, 302, 403, 404), ("can_read", "OwnVisits")
"""Pages of one's own work: somebody without a personnel file finds nothing there."""

OTHERS: dict[str, Other] = {
    "static": Other(For.EVERYBODY, lambda agency, person: {"filename": "css/base.css"}),
    "appbuilder.static": Other(For.EVERYBODY, lambda agency, person: {"filename": "img/fab.png"}),
    "HomeView.index": Other(For.SIGNED_IN),
    "UtilView.back": Other(For.EVERYBODY),
    "LocaleView.index": Other(For.EVERYBODY, lambda agency, person: {"locale": "es"}),
    "AuthView.login": Other(For.EVERYBODY, good=FORM),
    "AuthView.logout": Other(For.EVERYBODY),
    "AuthView.recovery": Other(For.EVERYBODY),
    "AuthView.second_factor": Other(For.EVERYBODY),
    "LinkView.email": Other(For.EVERYBODY, own.anything("token"), good=(200, 302, 404, 410, 422)),
    "LinkView.forgot": Other(For.EVERYBODY, good=FORM),
    "LinkView.invitation": Other(For.EVERYBODY, own.anything("token"), good=(200, 302, 404, 410, 422)),
    "LinkView.reset": Other(For.EVERYBODY, own.anything("token"), good=(200, 302, 404, 410, 422)),
    "EnrolmentView.enrol": Other(For.SIGNED_IN, good=FORM),
    "EnrolmentView.recovery_codes": Other(For.SIGNED_IN, good=(*FORM, 409)),
    "EnrolmentView.remove": Other(For.SIGNED_IN, good=(*FORM, 409)),
    "EnrolmentView.settings": Other(For.SIGNED_IN),
    "AccountView.list_sessions": Other(For.SIGNED_IN),
    "AccountView.password": Other(For.SIGNED_IN, good=FORM),
    "AccountView.profile": Other(For.SIGNED_IN, good=FORM),
    "AccountView.revoke": Other(For.SIGNED_IN, own.session),
    "AccountView.revoke_others": Other(For.SIGNED_IN),
    "AuthApi.login": Other(For.EVERYBODY, good=(401, 422, 429)),
    "AuthApi.logout": Other(For.SIGNED_IN),
    "AuthApi.me": Other(For.SIGNED_IN),
    "AuthApi.refresh": Other(For.EVERYBODY, good=(401, 422)),
    "AuthApi.verify": Other(For.EVERYBODY, good=(401, 422)),
    "RolePermissionsView.show": Other(For.SETTINGS, own.role),
    "RolePermissionsView.save": Other(For.SETTINGS, own.role, good=FORM),
    "RolePermissionsApi.get_permissions": Other(For.SETTINGS, own.role),
    "RolePermissionsApi.put_permissions": Other(For.SETTINGS, own.role, {"permissions": [["can_read", "Clients"]]}),
    "NotificationView.list": Other(For.SIGNED_IN),
    "NotificationView.panel": Other(For.SIGNED_IN),
    "NotificationView.open": Other(For.SIGNED_IN, own.notification),
    "NotificationView.read": Other(For.SIGNED_IN),
    "NotificationApi.get_list": Other(For.SIGNED_IN),
    "NotificationApi.read": Other(For.SIGNED_IN, own.notification),
    "NotificationApi.read_all": Other(For.SIGNED_IN),
    "ShellView.news": Other(For.SIGNED_IN),
    "ShellView.palette": Other(For.SIGNED_IN),
    "ShellView.branches": Other(For.SIGNED_IN, good=(200, 302, 404)),
    "keys.jwks": Other(For.EVERYBODY),
    "SearchView.results": Other(For.SIGNED_IN),
    "SearchApi.search": Other(For.SIGNED_IN),
    "NumbersView.ask": Other(For.SETTINGS),
    "NumbersView.find": Other(For.SETTINGS, sends={"number": "QX7-000"}),
    "NumbersApi.find": Other(For.SETTINGS, sends={"number": "QX7-000"}),
    "SettingsView.edit": Other(For.SETTINGS),
    "SettingsView.save": Other(For.SETTINGS, good=FORM),
    "TaxIdView.ask": Other(For.SETTINGS),
    "TaxIdView.reveal": Other(For.SETTINGS, sends={"reason": "A walk of routes"}),
    "TaxIdRevealApi.reveal": Other(For.SETTINGS, sends={"reason": "A walk of routes"}),
    "FieldsView.list": Other(For.SETTINGS),
    "FieldsView.preview": Other(For.SETTINGS),
    "FieldsView.ask_kind": Other(For.SETTINGS, own.field),
    "FieldsView.change_kind": Other(For.SETTINGS, own.field, good=FORM),
    "ImportView.begin": Other(For.SETTINGS),
    "ImportView.upload": Other(For.SETTINGS, sends={"list_name": "Clients"}, good=FORM),
    "ImportView.show": Other(For.SETTINGS, own.import_in("checked")),
    "ImportView.progress": Other(For.SETTINGS, own.import_in("running")),
    "ImportView.ask_columns": Other(For.SETTINGS, own.import_in("mapping")),
    "ImportView.set_columns": Other(For.SETTINGS, own.import_in("mapping")),
    "ImportView.run": Other(For.SETTINGS, own.import_in("checked")),
    "ImportView.undo": Other(For.SETTINGS, own.import_in("done")),
    "ImportView.go_on": Other(For.SETTINGS, own.import_in("running")),
    "ImportView.discard": Other(For.SETTINGS, own.import_in("checked")),
    "ImportView.faulty": Other(For.SETTINGS, own.import_in("done")),
    "ExportView.begin": Other(For.SETTINGS),
    "ExportView.ask": Other(For.SETTINGS, sends={"lists": "clients"}),
    "ExportView.show": Other(For.SETTINGS, own.export_in("ready")),
    "ExportView.progress": Other(For.SETTINGS, own.export_in("working")),
    "ExportView.download": Other(For.SETTINGS, own.export_in("ready")),
    "ExportView.go_on": Other(For.SETTINGS, own.export_in("working")),
    "ExportView.remove": Other(For.SETTINGS, own.export_in("ready")),
    "AuditView.activity": Other(For.AUDITORS),
    "AuditView.record": Other(For.AUDITORS, own.record),
    "AuditView.client": Other(For.AUDITORS, own.client),
    "AuditView.export": Other(For.AUDITORS),
    "AuditApi.events": Other(For.AUDITORS),
    "AuditApi.viewers": Other(For.AUDITORS, own.client),
    "OrganizationSettingsApi.get_settings": Other(For.SETTINGS),
    "OrganizationSettingsApi.patch_settings": Other(For.SETTINGS, sends={"currency": "USD"}),
    "OrganizationsApi.get_list": Other(For.OPERATORS),
    "OrganizationsApi.setup": Other(For.OPERATORS, good=(422,)),
    "OrganizationsApi.suspend": Other(For.OPERATORS, own.organization, {"reason": "A walk"}),
    "OrganizationsApi.reopen": Other(For.OPERATORS, own.organization, {"reason": "A walk"}),
    "PlatformSupportView.list": Other(For.OPERATORS, own.organization),
    "PlatformSupportView.request": Other(For.OPERATORS, own.organization, {"reason": "A walk of routes", "hours": "1"}),
    "PlatformSupportView.enter": Other(For.OPERATORS, own.access),
    "PlatformSupportView.end": Other(For.OPERATORS, own.access),
    "SupportView.enter": Other(For.EVERYBODY, own.anything("token"), good=(404,)),
    "AccessReviewView.list": Other(For.SETTINGS),
    "AccessReviewView.download": Other(For.SETTINGS),
    "AccessReviewView.decide": Other(For.SETTINGS),
    "BreakGlassView.ask": Other(For.SETTINGS, good=FORM),
    "BreakGlassView.open": Other(For.SETTINGS, good=FORM),
    "BreakGlassApi.find": Other(For.SETTINGS, good=(422,)),
    "BreakGlassApi.open": Other(For.SETTINGS, good=(422,)),
    "IntakeView.board": Other(For.SETTINGS),
    "IntakeView.pulse": Other(For.SETTINGS),
    "IntakeView.new": Other(For.SETTINGS),
    "IntakeView.stage": Other(For.SETTINGS, own.row("referrals"), {"stage": "contacted"}),
    "IntakeView.move": Other(For.SETTINGS, own.row("referrals"), {"stage": "contacted"}),
    "WinningView.client": Other(For.SETTINGS, own.row("referrals"), good=FORM),
    "WinningApi.make_client": Other(For.SETTINGS, own.row("referrals"), {"birth_date": "1950-02-03"}, good=(201, 409)),
    "ConversionView.figures": Other(For.SETTINGS),
    "ConversionApi.figures": Other(For.SETTINGS),
    "MergeView.merge": Other(For.SETTINGS, own.row("duplicates")),
    "MergeApi.merge": Other(For.SETTINGS, own.row("duplicates"), good=(422,)),
    "MatchesApi.search": Other(For.SETTINGS),
    "VisitChangeView.ask_series": Other(For.SETTINGS, own.visit),
    "VisitChangeView.change_series": Other(For.SETTINGS, own.visit, good=FORM),
    "VisitChangeView.ask_call_off": Other(For.SETTINGS, own.visit),
    "VisitChangeView.call_off": Other(For.SETTINGS, own.visit, good=FORM),
    "VisitChangeApi.change_series": Other(
        For.SETTINGS, own.visit, {"reach": "following", "values": {"note": "A walk"}}, good=(200, 409)
    ),
    "VisitConflictsApi.conflicts": Other(For.SIGNED_IN, own.visit, good=(200, 403, 404), needs=("can_read", "Visits")),
    "VisitChangeApi.call_off": Other(For.SETTINGS, own.visit, {"reason": "other"}, good=(200, 409)),
    "BoardView.board": Other(For.SIGNED_IN, good=(200, 403), needs=("can_read", "Visits")),
    "ScheduleApi.days": Other(For.SIGNED_IN, good=(200, 403), needs=("can_read", "Visits")),
    "ScheduleApi.copy_week": Other(For.SETTINGS, sends={"first": "2031-01-06", "to": "2031-01-13"}),
    "ScheduleApi.take_back": Other(For.SETTINGS, sends={"ids": []}),
    "VisitMoveApi.move": Other(For.SETTINGS, own.visit, {"starts_time": "05:15"}, good=(200, 409)),
    "ProofView.ask_clock": Other(For.SETTINGS, own.visit),
    "ProofView.clock": Other(For.SETTINGS, own.visit, good=FORM),
    "ProofView.ask_miss": Other(For.SETTINGS, own.visit),
    "ProofView.miss": Other(For.SETTINGS, own.visit, good=FORM),
    "CorrectionView.ask": Other(For.SETTINGS, own.row("clock_events")),
    "CorrectionView.correct": Other(For.SETTINGS, own.row("clock_events"), good=FORM),
    "DecisionView.decide": Other(For.SETTINGS, own.row("visit_exceptions")),
    "ClockApi.clock": Other(For.SIGNED_IN, own.visit, good=(403, 404, 422), needs=("can_add", "ClockEvents")),
    "ClockApi.note": Other(For.SIGNED_IN, own.visit, good=(403, 404, 422), needs=("can_edit", "VisitRecords")),
    "ClockApi.mileage": Other(For.SIGNED_IN, own.visit, good=(403, 404, 422), needs=("can_edit", "VisitRecords")),
    "ClockApi.signature": Other(For.SIGNED_IN, own.visit, good=(403, 404, 422), needs=("can_edit", "VisitRecords")),
    "ClockApi.miss": Other(For.SETTINGS, own.visit, {"reason": "other"}, good=(200, 409)),
    "CorrectionApi.correct": Other(For.SETTINGS, own.row("clock_events"), good=(422,)),
    "TaskApi.settle": Other(
        For.SIGNED_IN, own.row("visit_tasks"), good=(403, 404, 422), needs=("can_edit", "VisitTasks")
    ),
    "VerificationApi.show": Other(For.SIGNED_IN, own.visit, good=(200, 403, 404), needs=("can_read", "ClockEvents")),
    "UnplannedCallView.ask": Other(For.SETTINGS, own.row("unplanned_calls")),
    "UnplannedCallView.plan": Other(For.SETTINGS, own.row("unplanned_calls"), good=FORM),
    "UnplannedCallApi.plan": Other(For.SETTINGS, own.row("unplanned_calls"), good=(422,)),
    "TelephonyApi.call": Other(For.EVERYBODY, good=(401,)),
    "MatchView.match": Other(For.SETTINGS, own.visit),
    "MatchView.assign": Other(For.SETTINGS, own.visit, good=(*FORM, 409)),
    "MatchView.offer": Other(For.SETTINGS, own.visit, good=(*FORM, 409)),
    "OpenVisitsView.list": Other(For.SETTINGS),
    "CallOutView.ask": Other(For.SETTINGS, own.staff),
    "CallOutView.call_out": Other(For.SETTINGS, own.staff, {"reason": "sick"}, good=(302, 409)),
    "VisitMatchesApi.matches": Other(For.SETTINGS, own.visit),
    "OfferingApi.offer": Other(For.SETTINGS, own.visit, {"staff_member_ids": []}, good=(409, 422)),
    "InvitingApi.invite": Other(For.SETTINGS, own.row("offers"), {"staff_member_ids": []}, good=(409, 422)),
    "CallOutApi.call_out": Other(For.SETTINGS, own.staff, {"first_on": "2030-01-01"}, good=(201, 409)),
    "OwnOffersView.show": Other(For.SIGNED_IN, good=(200, 403), needs=("can_read", "OwnOffers")),
    "OwnOffersView.accept": Other(For.SIGNED_IN, own.row("offer_invitations"), good=(302, 403, 404)),
    "OwnOffersView.decline": Other(For.SIGNED_IN, own.row("offer_invitations"), good=(302, 403, 404)),
    "OwnOffersApi.get_list": Other(For.SIGNED_IN, good=(200, 403), needs=("can_read", "OwnOffers")),
    "OwnOffersApi.accept": Other(For.SIGNED_IN, own.row("offer_invitations"), good=(200, 403, 404, 409, 422)),
    "OwnOffersApi.decline": Other(For.SIGNED_IN, own.row("offer_invitations"), good=(200, 403, 404, 409, 422)),
    "StatusView.ask": Other(For.SETTINGS, own.client),
    "StatusView.change": Other(For.SETTINGS, own.client, good=FORM),
    "StatusApi.consequences": Other(For.SETTINGS, own.client, good=(422,)),
    "IncidentReportView.report": Other(For.SETTINGS, own.row("incidents")),
    "ComplianceView.matrix": Other(For.SETTINGS),
    "ComplianceView.download": Other(For.SETTINGS),
    "ComplianceView.expiring": Other(For.SETTINGS),
    "ComplianceView.in_service": Other(For.SETTINGS),
    "ComplianceView.exclusions": Other(For.SETTINGS),
    "ComplianceApi.matrix": Other(For.SETTINGS),
    "ComplianceApi.clearance": Other(For.SETTINGS, good=(422,)),
    "HiringView.board": Other(For.SETTINGS),
    "HiringView.move": Other(For.SETTINGS, own.row("applicants"), {"stage": "screening"}),
    "HiringView.reject": Other(For.SETTINGS, own.row("applicants"), good=FORM),
    "HiringView.hire": Other(For.SETTINGS, own.row("applicants"), good=FORM),
    "HiringApi.move": Other(For.SETTINGS, own.row("applicants"), {"stage": "screening"}, good=(200, 409)),
    "HiringApi.reject": Other(For.SETTINGS, own.row("applicants"), good=(422,)),
    "HiringApi.hire": Other(For.SETTINGS, own.row("applicants"), good=(422,)),
    "OwnCredentialsView.show": Other(For.SIGNED_IN, good=(200, 403), needs=("can_read", "OwnCredentials")),
    "OwnCredentialsView.hand_in": Other(For.SIGNED_IN, good=(403, 404, 422)),
    "ScanView.scan": Other(For.SIGNED_IN, own.row("credentials"), good=(302, 403, 404)),
    "FeedView.read": Other(For.EVERYBODY, own.feed),
    "CalendarAddressView.of_staff_member": Other(For.SETTINGS, own.staff),
    "CalendarAddressView.of_client": Other(For.SETTINGS, own.client),
    "CalendarFeedApi.rotate": Other(For.SETTINGS, own.row("calendar_feeds"), good=(200, 409)),
    "OwnCalendarView.show": Other(For.SIGNED_IN, good=(200, 403), needs=("can_read", "OwnCalendar")),
    "OwnCalendarView.renew": Other(For.SIGNED_IN, good=(200, 403, 404)),
    "OwnCalendarView.end": Other(For.SIGNED_IN, good=(302, 403, 404)),
    "WebhookSecretView.ask": Other(For.SETTINGS, own.row("webhook_endpoints")),
    "WebhookSecretView.renew": Other(For.SETTINGS, own.row("webhook_endpoints")),
    "WebhookSecretApi.renew": Other(For.SETTINGS, own.row("webhook_endpoints")),
    "PortalView.day": Other(For.SIGNED_IN, good=MINE, needs=MY_VISITS),
    "PortalView.schedule": Other(For.SIGNED_IN, good=MINE, needs=MY_VISITS),
    "PortalView.messages": Other(For.SIGNED_IN, good=MINE, needs=MY_VISITS),
    "PortalView.me": Other(For.SIGNED_IN, good=MINE, needs=MY_VISITS),
    "PortalView.visit": Other(For.SIGNED_IN, own.visit, good=MINE, needs=MY_VISITS),
    "PortalView.door": Other(For.SIGNED_IN, own.visit, good=(*MINE, 409)),
    "PortalView.act": Other(For.SIGNED_IN, own.visit, good=(*MINE, 422)),
    "PortalView.language": Other(For.SIGNED_IN, sends={"locale": "en"}, good=(302, 403)),
    "PortalView.texts": Other(For.SIGNED_IN, sends={"agrees": "no"}, good=MINE),
    "OfferedView.show": Other(For.SIGNED_IN, good=(200, 403, 404), needs=("can_read", "OwnOffers")),
    "OfferedView.accept": Other(For.SIGNED_IN, own.row("offer_invitations"), good=(302, 403, 404)),
    "OfferedView.decline": Other(For.SIGNED_IN, own.row("offer_invitations"), good=(302, 403, 404)),
    "PortalView.shell": Other(For.EVERYBODY),
    "WorkerView.script": Other(For.EVERYBODY),
    "WorkerView.manifest": Other(For.EVERYBODY),
    "MyVisitsApi.days": Other(For.SIGNED_IN, good=(200, 403, 404)),
    "MyVisitsApi.acts": Other(For.SIGNED_IN, good=(403, 404, 422)),
    "MyVisitsApi.key": Other(For.SIGNED_IN, sends={"device": str(uuid4())}, good=(200, 403)),
    "MyPushApi.keep": Other(For.SIGNED_IN, sends={"subscription": A_SUBSCRIPTION}, good=(200, 403)),
    "MyPushApi.stop": Other(For.SIGNED_IN, sends={"endpoint": A_SUBSCRIPTION["endpoint"]}, good=(200, 403)),
    "MyVisitsApi.door_code": Other(For.SIGNED_IN, own.visit, good=(200, 403, 404, 409)),
    "WeekView.edit": Other(For.SETTINGS, own.staff, {"valid_from": "no day"}, good=FORM),
    "WeekView.exception": Other(For.SETTINGS, own.staff),
    "PlatformView.list": Other(For.OPERATORS),
    "PlatformView.add": Other(For.OPERATORS, good=FORM),
    "PlatformView.show": Other(For.OPERATORS, own.organization),
    "PlatformView.suspend": Other(For.OPERATORS, own.organization, {"reason": "A walk"}),
    "PlatformView.reopen": Other(For.OPERATORS, own.organization, {"reason": "A walk"}),
    "ThemeView.style": Other(For.EVERYBODY, lambda agency, person: {"colors": "0f7c6c-c2410c"}),
    "ThemeView.preview": Other(For.EVERYBODY, lambda agency, person: {"colors": "0f7c6c-c2410c"}),
    "ThemeView.picture": Other(For.EVERYBODY, lambda agency, person: {"name": f"{'0' * 32}.png"}, good=(404,)),
    "ThemeView.icon": Other(For.EVERYBODY, lambda agency, person: {"name": "icon-192"}),
    "ThemeView.manifest": Other(For.EVERYBODY),
    "BrandingView.edit": Other(For.SETTINGS),
    "BrandingView.save": Other(For.SETTINGS, good=FORM),
    "BrandingView.undo": Other(For.SETTINGS, good=(302, 409)),
    "BrandingView.reset": Other(For.SETTINGS),
    "BrandingView.colors": Other(For.SETTINGS),
    "BrandingView.document": Other(For.SETTINGS),
    "BrandingView.message": Other(For.SETTINGS),
    "DomainView.ask": Other(For.SETTINGS),
    "DomainView.check": Other(For.SETTINGS),
    "DomainView.give_up": Other(For.SETTINGS),
    "outbox.mails": Other(For.DEVELOPERS),
    "outbox.mail": Other(For.DEVELOPERS, own.anything("key")),
    "outbox.body": Other(For.DEVELOPERS, own.anything("key")),
    "files.open_file": Other(For.SIGNED_IN, own.ticket),
    "FileView.of_record": Other(For.READERS, own.owner),
    "FileView.add": Other(For.READERS, own.owner, good=FORM),
    "FileView.open": Other(For.READERS, own.file),
    "FileView.add_version": Other(For.READERS, own.file, good=FORM),
    "FileView.hold": Other(For.SETTINGS, own.file),
    "FileView.release": Other(For.SETTINGS, own.file),
    "FileView.trash": Other(For.SETTINGS, own.used_up("FileView.trash")),
    "FileView.restore": Other(For.SETTINGS, own.used_up("FileView.restore")),
    "TrashView.list": Other(For.SETTINGS),
    "PhotoView.show": Other(For.SIGNED_IN, own.owner, good=(404,)),
    "PhotoView.save": Other(For.SETTINGS, own.owner, good=FORM),
    "FileApi.upload": Other(For.READERS, good=(422,)),
    "FileApi.link": Other(For.READERS, own.file),
    "FileApi.versions": Other(For.READERS, own.file),
    "FileApi.add_version": Other(For.READERS, own.file, good=(422,)),
    "FileApi.hold": Other(For.SETTINGS, own.file, {"reason": "A walk of routes"}),
    "FileApi.release": Other(For.SETTINGS, own.file, {"reason": "A walk of routes"}),
    "FileApi.trash": Other(For.SETTINGS, own.used_up("FileApi.trash")),
    "FileApi.restore": Other(For.SETTINGS, own.used_up("FileApi.restore")),
    "browser_reports.report": Other(For.EVERYBODY, good=(204,)),
    "health.alive": Other(For.EVERYBODY),
    "health.ready": Other(For.EVERYBODY),
    "openapi.openapi": Other(For.EVERYBODY),
    "openapi.swagger": Other(For.EVERYBODY),
}


def other_asks(application: Any) -> list[OtherAsk]:
    """Every rule and method beyond the resources. Raises `UnknownRoute` for one that isn't written down."""
    found = []
    for rule in application.url_map.iter_rules():
        if resource_of_endpoint(rule.endpoint):
            continue
        if rule.endpoint not in OTHERS:
            raise UnknownRoute(f"{rule.rule} ({rule.endpoint}): say in other_routes.py whom it is for")
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            found.append(OtherAsk(method, rule.rule, rule.endpoint, OTHERS[rule.endpoint]))
    return found


def path_of(ask: OtherAsk, arguments: Arguments) -> str:
    """The address with its variables filled in."""
    path = ask.path
    for name, value in arguments.items():
        for kind in ("", "path:", "row:", "string:", "uuid:", "int:"):
            path = path.replace(f"<{kind}{name}>", str(value))
    if "<" in path:
        raise UnknownRoute(f"{ask.method} {ask.path}: its variables are unknown")
    return path


def never_was_arguments(arguments: Arguments) -> Arguments:
    return {name: str(uuid4()) if len(str(value)) == 36 else "0" * 43 for name, value in arguments.items()}


def people_for(cast: Cast, other: Other) -> list[tuple[str, Person]]:
    """Those for whom the route is, by name."""
    harbor = cast.harbor.people
    if other.whom is For.OPERATORS:
        return [("Operator", cast.operator)]
    if other.whom is For.SETTINGS:
        return [(name, person) for name, person in harbor.items() if name == "Administrator"]
    if other.whom is For.AUDITORS:
        return [(name, person) for name, person in harbor.items() if name in ("Administrator", "Auditor")]
    names = ("Administrator", "Nurse") if other.whom is For.READERS else ("Administrator", "Caregiver", "Family")
    return [(name, person) for name, person in harbor.items() if name in names]
