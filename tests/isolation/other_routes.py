"""The routes beyond the declared resources: who they are for, and how to ask them honestly.

A route that is new has to be written down here, or the walk stops: nobody forgets to say whom it is for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from starline.core import db, storage, tenancy
from starline.identity import support
from starline.imports.models import Import
from starline.notifications.service import newest, notify
from tests.isolation.asks import UnknownRoute, resource_of_endpoint
from tests.isolation.cast import Agency, Cast, Person

Arguments = dict[str, Any]
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
    """What an honest request is answered with."""
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


def _session(agency: Agency, person: Person) -> Arguments:
    return {"session_id": person.session_id}


def _organization(agency: Agency, person: Person) -> Arguments:
    return {"pk": str(agency.id)}


def _role(agency: Agency, person: Person) -> Arguments:
    """A role of the agency's that may be changed."""
    with tenancy.acting(agency.id), db.transaction():
        return {"pk": db.session.query(db.Role.id).filter_by(template="Scheduler").scalar()}


def _field(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.own["custom_fields"]["id"]}


def _import(state: str) -> Callable[[Agency, Person], Arguments]:
    """An import in the state; Summit's is the one it has."""

    def find(agency: Agency, person: Person) -> Arguments:
        if agency.host.startswith("summit"):
            return {"pk": agency.own["imports"]["id"]}
        with tenancy.acting(agency.id), db.transaction():
            one = Import(list_name="Clients", file_name="walk.csv", user_id=person.user_id, state=state)
            one.headers, one.mapping = ["First name"], {"0": "first_name"}
            db.session.add(one)
            db.session.flush()
            return {"pk": str(one.id)}

    return find


def _client(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.parents["clients"]}


def _record(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.parents["clients"], "subject": "clients"}


def _ticket(agency: Agency, person: Person) -> Arguments:
    """A signed address of a file of the agency's, made for the person."""
    with tenancy.acting(agency.id, person.user_id), db.transaction():
        key = storage.storage().put(storage.key_for("photos", "png"), b"a photo of Qz7canary's", "image/png")
        return {"token": storage.sign(key, 60)}


def _notification(agency: Agency, person: Person) -> Arguments:
    """Something that the person was told."""
    with tenancy.acting(agency.id), db.transaction():
        if not newest(person.user_id):
            notify(person.user_id, "walk", "Walked by %(who)s.", link="/me", who=person.host)
        return {"pk": (newest(person.user_id) or newest(agency.people["Administrator"].user_id))[0].id}


def _staff(agency: Agency, person: Person) -> Arguments:
    return {"pk": agency.parents["staff_members"]}


def _row(name: str) -> Callable[[Agency, Person], Arguments]:
    """A row of the resource that lies within everybody's reach."""
    return lambda agency, person: {"pk": agency.own[name]["id"]}


def _anything(name: str) -> Callable[[Agency, Person], Arguments]:
    return lambda agency, person: {name: "x" * 43}


def _access(agency: Agency, person: Person) -> Arguments:
    """A support access to the agency: one that runs, where the agency is there to be used up."""
    if "support_accesses" in agency.own:
        return {"pk": str(agency.id), "access": agency.own["support_accesses"]["id"]}
    with tenancy.acting(agency.id), db.transaction():
        asked = support.SupportAccess(operator_number=person.user_id, operator_name="Op", reason="A walk of routes")
        db.session.add(asked)
        db.session.flush()
        support.approve(asked, by=None)
        return {"pk": str(agency.id), "access": str(asked.id)}


def _file(agency: Agency, person: Person) -> Arguments:
    """A file of the agency's, within everybody's reach."""
    return {"pk": agency.own["files"]["id"]}


def _used_up(endpoint: str) -> Callable[[Agency, Person], Arguments]:
    """A row that this route alone uses up."""
    return lambda agency, person: {"pk": agency.used_up[endpoint]}


def _owner(agency: Agency, person: Person) -> Arguments:
    """The record that a file may belong to."""
    return {"key": agency.parents["clients"], "table": "clients"}


def _row_of(name: str) -> Callable[[Agency, Person], Arguments]:
    return lambda agency, person: {"pk": agency.own[name]["id"]}


_referral, _pair = _row_of("referrals"), _row_of("duplicates")

FORM = (200, 302, 401, 422)
"""A form that was sent empty: shown again, or refused with its sentences."""

OTHERS: dict[str, Other] = {
    "static": Other(For.EVERYBODY, lambda agency, person: {"filename": "css/base.css"}),
    "appbuilder.static": Other(For.EVERYBODY, lambda agency, person: {"filename": "img/favicon.png"}, good=(200, 404)),
    "HomeView.index": Other(For.SIGNED_IN),
    "UtilView.back": Other(For.EVERYBODY),
    "LocaleView.index": Other(For.EVERYBODY, lambda agency, person: {"locale": "es"}),
    "AuthView.login": Other(For.EVERYBODY, good=FORM),
    "AuthView.logout": Other(For.EVERYBODY),
    "AuthView.recovery": Other(For.EVERYBODY),
    "AuthView.second_factor": Other(For.EVERYBODY),
    "LinkView.email": Other(For.EVERYBODY, _anything("token"), good=(200, 302, 404, 410, 422)),
    "LinkView.forgot": Other(For.EVERYBODY, good=FORM),
    "LinkView.invitation": Other(For.EVERYBODY, _anything("token"), good=(200, 302, 404, 410, 422)),
    "LinkView.reset": Other(For.EVERYBODY, _anything("token"), good=(200, 302, 404, 410, 422)),
    "EnrolmentView.enrol": Other(For.SIGNED_IN, good=FORM),
    "EnrolmentView.recovery_codes": Other(For.SIGNED_IN, good=(*FORM, 409)),
    "EnrolmentView.remove": Other(For.SIGNED_IN, good=(*FORM, 409)),
    "EnrolmentView.settings": Other(For.SIGNED_IN),
    "AccountView.list_sessions": Other(For.SIGNED_IN),
    "AccountView.password": Other(For.SIGNED_IN, good=FORM),
    "AccountView.profile": Other(For.SIGNED_IN, good=FORM),
    "AccountView.revoke": Other(For.SIGNED_IN, _session),
    "AccountView.revoke_others": Other(For.SIGNED_IN),
    "AuthApi.login": Other(For.EVERYBODY, good=(401, 422, 429)),
    "AuthApi.logout": Other(For.SIGNED_IN),
    "AuthApi.me": Other(For.SIGNED_IN),
    "AuthApi.refresh": Other(For.EVERYBODY, good=(401, 422)),
    "AuthApi.verify": Other(For.EVERYBODY, good=(401, 422)),
    "RolePermissionsView.show": Other(For.SETTINGS, _role),
    "RolePermissionsView.save": Other(For.SETTINGS, _role, good=FORM),
    "RolePermissionsApi.get_permissions": Other(For.SETTINGS, _role),
    "RolePermissionsApi.put_permissions": Other(For.SETTINGS, _role, {"permissions": [["can_read", "Clients"]]}),
    "NotificationView.list": Other(For.SIGNED_IN),
    "NotificationView.panel": Other(For.SIGNED_IN),
    "NotificationView.open": Other(For.SIGNED_IN, _notification),
    "NotificationView.read": Other(For.SIGNED_IN),
    "NotificationApi.get_list": Other(For.SIGNED_IN),
    "NotificationApi.read": Other(For.SIGNED_IN, _notification),
    "NotificationApi.read_all": Other(For.SIGNED_IN),
    "ShellView.news": Other(For.SIGNED_IN),
    "ShellView.palette": Other(For.SIGNED_IN),
    "ShellView.branches": Other(For.SIGNED_IN, good=(200, 302, 404)),
    "keys.jwks": Other(For.EVERYBODY),
    "SearchView.results": Other(For.SIGNED_IN),
    "SearchApi.search": Other(For.SIGNED_IN),
    "SettingsView.edit": Other(For.SETTINGS),
    "SettingsView.save": Other(For.SETTINGS, good=FORM),
    "FieldsView.list": Other(For.SETTINGS),
    "FieldsView.preview": Other(For.SETTINGS),
    "FieldsView.ask_kind": Other(For.SETTINGS, _field),
    "FieldsView.change_kind": Other(For.SETTINGS, _field, good=FORM),
    "ImportView.begin": Other(For.SETTINGS),
    "ImportView.upload": Other(For.SETTINGS, good=(403,)),
    "ImportView.show": Other(For.SETTINGS, _import("checked")),
    "ImportView.progress": Other(For.SETTINGS, _import("running")),
    "ImportView.ask_columns": Other(For.SETTINGS, _import("mapping")),
    "ImportView.set_columns": Other(For.SETTINGS, _import("mapping")),
    "ImportView.run": Other(For.SETTINGS, _import("checked")),
    "ImportView.undo": Other(For.SETTINGS, _import("done")),
    "ImportView.go_on": Other(For.SETTINGS, _import("running")),
    "ImportView.discard": Other(For.SETTINGS, _import("checked")),
    "ImportView.faulty": Other(For.SETTINGS, _import("done")),
    "AuditView.activity": Other(For.AUDITORS),
    "AuditView.record": Other(For.AUDITORS, _record),
    "AuditView.client": Other(For.AUDITORS, _client),
    "AuditView.export": Other(For.AUDITORS),
    "AuditApi.events": Other(For.AUDITORS),
    "AuditApi.viewers": Other(For.AUDITORS, _client),
    "OrganizationSettingsApi.get_settings": Other(For.SETTINGS),
    "OrganizationSettingsApi.patch_settings": Other(For.SETTINGS, sends={"currency": "USD"}),
    "OrganizationsApi.get_list": Other(For.OPERATORS),
    "OrganizationsApi.setup": Other(For.OPERATORS, good=(422,)),
    "OrganizationsApi.suspend": Other(For.OPERATORS, _organization, {"reason": "A walk"}),
    "OrganizationsApi.reopen": Other(For.OPERATORS, _organization, {"reason": "A walk"}),
    "PlatformSupportView.list": Other(For.OPERATORS, _organization),
    "PlatformSupportView.request": Other(For.OPERATORS, _organization, {"reason": "A walk of routes", "hours": "1"}),
    "PlatformSupportView.enter": Other(For.OPERATORS, _access),
    "PlatformSupportView.end": Other(For.OPERATORS, _access),
    "SupportView.enter": Other(For.EVERYBODY, _anything("token"), good=(404,)),
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
    "IntakeView.stage": Other(For.SETTINGS, _referral, {"stage": "contacted"}),
    "IntakeView.move": Other(For.SETTINGS, _referral, {"stage": "contacted"}),
    "WinningView.client": Other(For.SETTINGS, _referral, good=FORM),
    "WinningApi.make_client": Other(For.SETTINGS, _referral, {"birth_date": "1950-02-03"}, good=(201, 409)),
    "ConversionView.figures": Other(For.SETTINGS),
    "ConversionApi.figures": Other(For.SETTINGS),
    "MergeView.merge": Other(For.SETTINGS, _pair),
    "MergeApi.merge": Other(For.SETTINGS, _pair, good=(422,)),
    "MatchesApi.search": Other(For.SETTINGS),
    "StatusView.ask": Other(For.SETTINGS, _client),
    "StatusView.change": Other(For.SETTINGS, _client, good=FORM),
    "StatusApi.consequences": Other(For.SETTINGS, _client, good=(422,)),
    "IncidentReportView.report": Other(For.SETTINGS, _row_of("incidents")),
    "ComplianceView.matrix": Other(For.SETTINGS),
    "ComplianceView.download": Other(For.SETTINGS),
    "ComplianceView.expiring": Other(For.SETTINGS),
    "ComplianceView.in_service": Other(For.SETTINGS),
    "ComplianceView.exclusions": Other(For.SETTINGS),
    "ComplianceApi.matrix": Other(For.SETTINGS),
    "ComplianceApi.clearance": Other(For.SETTINGS, good=(422,)),
    "HiringView.board": Other(For.SETTINGS),
    "HiringView.move": Other(For.SETTINGS, _row("applicants"), {"stage": "screening"}),
    "HiringView.reject": Other(For.SETTINGS, _row("applicants"), good=FORM),
    "HiringView.hire": Other(For.SETTINGS, _row("applicants"), good=FORM),
    "HiringApi.move": Other(For.SETTINGS, _row("applicants"), {"stage": "screening"}, good=(200, 409)),
    "HiringApi.reject": Other(For.SETTINGS, _row("applicants"), good=(422,)),
    "HiringApi.hire": Other(For.SETTINGS, _row("applicants"), good=(422,)),
    "OwnCredentialsView.show": Other(For.SIGNED_IN, good=(200, 403), needs=("can_read", "OwnCredentials")),
    "OwnCredentialsView.hand_in": Other(For.SIGNED_IN, good=(403, 404, 422)),
    "ScanView.scan": Other(For.SIGNED_IN, _row("credentials"), good=(302, 403, 404)),
    "WeekView.edit": Other(For.SETTINGS, _staff, {"valid_from": "no day"}, good=FORM),
    "WeekView.exception": Other(For.SETTINGS, _staff),
    "PlatformView.list": Other(For.OPERATORS),
    "PlatformView.add": Other(For.OPERATORS, good=FORM),
    "PlatformView.show": Other(For.OPERATORS, _organization),
    "PlatformView.suspend": Other(For.OPERATORS, _organization, {"reason": "A walk"}),
    "PlatformView.reopen": Other(For.OPERATORS, _organization, {"reason": "A walk"}),
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
    "outbox.mail": Other(For.DEVELOPERS, _anything("key")),
    "outbox.body": Other(For.DEVELOPERS, _anything("key")),
    "files.open_file": Other(For.SIGNED_IN, _ticket),
    "FileView.of_record": Other(For.READERS, _owner),
    "FileView.add": Other(For.READERS, _owner, good=FORM),
    "FileView.open": Other(For.READERS, _file),
    "FileView.add_version": Other(For.READERS, _file, good=FORM),
    "FileView.hold": Other(For.SETTINGS, _file),
    "FileView.release": Other(For.SETTINGS, _file),
    "FileView.trash": Other(For.SETTINGS, _used_up("FileView.trash")),
    "FileView.restore": Other(For.SETTINGS, _used_up("FileView.restore")),
    "TrashView.list": Other(For.SETTINGS),
    "PhotoView.show": Other(For.SIGNED_IN, _owner, good=(404,)),
    "PhotoView.save": Other(For.SETTINGS, _owner, good=FORM),
    "FileApi.upload": Other(For.READERS, good=(422,)),
    "FileApi.link": Other(For.READERS, _file),
    "FileApi.versions": Other(For.READERS, _file),
    "FileApi.add_version": Other(For.READERS, _file, good=(422,)),
    "FileApi.hold": Other(For.SETTINGS, _file, {"reason": "A walk of routes"}),
    "FileApi.release": Other(For.SETTINGS, _file, {"reason": "A walk of routes"}),
    "FileApi.trash": Other(For.SETTINGS, _used_up("FileApi.trash")),
    "FileApi.restore": Other(For.SETTINGS, _used_up("FileApi.restore")),
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
