"""What one has to be allowed to for each route beyond the resources, and who therefore may.

A route that is new has to be written down here, or the walk of roles stops. Where its methods ask for different things,
it stands with each of them.
"""

from tests.isolation.other_routes import For, OtherAsk

Pair = tuple[str, str]

PERMITS: dict[str, str] = {
    "read Roles": "RolePermissionsView.show RolePermissionsApi.get_permissions",
    "edit Roles": "RolePermissionsView.save RolePermissionsApi.put_permissions",
    "read Settings": "SettingsView.edit OrganizationSettingsApi.get_settings",
    "edit Settings": (
        "SettingsView.save OrganizationSettingsApi.patch_settings TaxIdView.ask TaxIdView.reveal TaxIdRevealApi.reveal"
        " BrandingView.edit BrandingView.save BrandingView.undo BrandingView.reset BrandingView.colors"
        " BrandingView.document BrandingView.message DomainView.ask DomainView.check DomainView.give_up"
    ),
    "read CustomFields": "FieldsView.list FieldsView.preview",
    "edit CustomFields": "FieldsView.ask_kind FieldsView.change_kind",
    "add Imports": "ImportView.begin",
    "add Imports, add Clients": (
        "ImportView.upload ImportView.show ImportView.progress ImportView.ask_columns"
        " ImportView.set_columns ImportView.run ImportView.undo ImportView.go_on ImportView.discard ImportView.faulty"
    ),
    "export Exports": (
        "ExportView.begin ExportView.ask ExportView.show ExportView.progress ExportView.go_on ExportView.remove"
    ),
    "export Exports, export Clients": "ExportView.download",
    "read Audit": "AuditView.activity AuditView.client AuditApi.events AuditApi.viewers",
    "read Audit, read Clients": "AuditView.record",
    "export Audit": "AuditView.export",
    "read AccessReview": "AccessReviewView.list",
    "export AccessReview": "AccessReviewView.download",
    "edit AccessReview": "AccessReviewView.decide",
    "add BreakGlass": "BreakGlassView.ask BreakGlassView.open BreakGlassApi.find BreakGlassApi.open",
    "read Referrals": "IntakeView.board IntakeView.pulse ConversionView.figures ConversionApi.figures",
    "add Referrals": "IntakeView.new",
    "edit Referrals": "IntakeView.stage IntakeView.move",
    "edit Referrals, add Clients": "WinningView.client WinningApi.make_client",
    "edit Duplicates": "MergeView.merge MergeApi.merge",
    "add Clients": "MatchesApi.search",
    "add ClientStatusChanges": "StatusView.ask StatusView.change StatusApi.consequences",
    "read Incidents": "IncidentReportView.report",
    "read Visits": "VisitConflictsApi.conflicts BoardView.board ScheduleApi.days",
    "add Visits": "ScheduleApi.copy_week",
    "add Visits, edit UnplannedCalls": "UnplannedCallView.ask UnplannedCallView.plan UnplannedCallApi.plan",
    "edit Visits": (
        "VisitChangeView.ask_call_off VisitChangeView.call_off VisitChangeApi.call_off ScheduleApi.take_back"
        " VisitMoveApi.move ProofView.ask_miss ProofView.miss ClockApi.miss MatchView.match MatchView.assign"
        " MatchView.offer OpenVisitsView.list VisitMatchesApi.matches OfferingApi.offer"
    ),
    "edit Visits, edit VisitSeriesList": (
        "VisitChangeView.ask_series VisitChangeView.change_series VisitChangeApi.change_series"
    ),
    "edit Visits, edit CallOuts": "CallOutView.ask CallOutView.call_out CallOutApi.call_out",
    "edit Offers": "InvitingApi.invite",
    "read ClockEvents": "VerificationApi.show",
    "add ClockEvents": "ClockApi.clock",
    "edit ClockEvents": "ProofView.ask_clock ProofView.clock CorrectionView.ask CorrectionView.correct CorrectionApi.correct",
    "edit VisitRecords": "ClockApi.note ClockApi.mileage ClockApi.signature",
    "edit VisitTasks": "TaskApi.settle",
    "edit VisitExceptions": "DecisionView.decide",
    "read OwnOffers": "OwnOffersView.show OwnOffersApi.get_list OfferedView.show MyPushApi.keep MyPushApi.stop",
    "edit OwnOffers": (
        "OwnOffersView.accept OwnOffersView.decline OwnOffersApi.accept OwnOffersApi.decline OfferedView.accept"
        " OfferedView.decline"
    ),
    "read OwnVisits": (
        "PortalView.day PortalView.schedule PortalView.messages PortalView.me PortalView.visit PortalView.door"
        " PortalView.language PortalView.texts MyVisitsApi.days MyVisitsApi.key MyVisitsApi.door_code"
    ),
    "add OwnVisits": "PortalView.act MyVisitsApi.acts",
    "read OwnCredentials": "OwnCredentialsView.show",
    "add OwnCredentials": "OwnCredentialsView.hand_in",
    "read OwnCalendar": "OwnCalendarView.show",
    "add OwnCalendar": "OwnCalendarView.renew OwnCalendarView.end",
    "read Compliance": (
        "ComplianceView.matrix ComplianceView.expiring ComplianceView.in_service ComplianceView.exclusions|GET"
        " ComplianceApi.matrix ComplianceApi.clearance"
    ),
    "export Compliance": "ComplianceView.download",
    "read Compliance, add ExclusionChecks": "ComplianceView.exclusions|POST",
    "read Applicants": "HiringView.board",
    "edit Applicants": "HiringView.move HiringView.reject HiringApi.move HiringApi.reject",
    "edit Applicants, add StaffMembers": "HiringView.hire HiringApi.hire",
    "read Credentials": "ScanView.scan",
    "edit Availability": "WeekView.edit WeekView.exception",
    "read CalendarFeeds": "CalendarAddressView.of_staff_member|GET CalendarAddressView.of_client|GET",
    "edit CalendarFeeds": (
        "CalendarAddressView.of_staff_member|POST CalendarAddressView.of_client|POST CalendarFeedApi.rotate"
    ),
    "edit WebhookEndpoints": "WebhookSecretView.ask WebhookSecretView.renew WebhookSecretApi.renew",
    "read Files": "FileView.of_record FileView.open FileApi.link FileApi.versions",
    "add Files": "FileView.add FileView.add_version FileApi.upload FileApi.add_version",
    "delete Files": "FileView.trash FileView.restore TrashView.list FileApi.trash FileApi.restore",
    "hold Files": "FileView.hold FileView.release FileApi.hold FileApi.release",
    "read Clients": "PhotoView.show",
    "edit Clients": "PhotoView.save",
}
"""Permissions, all of which it takes, and the endpoints for which it takes them, with the rows that the cast has."""

ANYBODYS: dict[str, str] = {
    "One's own account": (
        "AccountView.list_sessions AccountView.password AccountView.profile AccountView.revoke"
        " AccountView.revoke_others AuthApi.logout AuthApi.me EnrolmentView.enrol EnrolmentView.recovery_codes"
        " EnrolmentView.remove EnrolmentView.settings"
    ),
    "What oneself was told": (
        "NotificationView.list NotificationView.panel NotificationView.open NotificationView.read"
        " NotificationApi.get_list NotificationApi.read NotificationApi.read_all ShellView.news"
    ),
    "Each part of it asks for its own permission": (
        "HomeView.index ShellView.palette ShellView.branches SearchView.results SearchApi.search"
        " NumbersView.ask NumbersView.find NumbersApi.find"
    ),
    "The ticket says for whom it was made": "files.open_file",
}
"""Routes for whoever is signed in, by the reason."""


def permit_of(ask: OtherAsk) -> frozenset[Pair] | None:
    """The permissions that it takes; None for a route that is for whoever is signed in, or for people outside."""
    if ask.other.whom in (For.EVERYBODY, For.OPERATORS, For.DEVELOPERS) or ask.endpoint in _anybodys:
        return None
    return _permits.get(f"{ask.endpoint}|{ask.method}") or _permits[ask.endpoint]


def written_down() -> list[str]:
    """The endpoints of both lists, those that stand in one twice too."""
    places = [*_places, *_anybodys]
    return [name for name, _bar, _method in (one.partition("|") for one in places)]


def _pairs(words: str) -> frozenset[Pair]:
    return frozenset((f"can_{action}", name) for action, name in (one.split() for one in words.split(", ")))


_places = [place for places in PERMITS.values() for place in places.split()]
_permits = {place: _pairs(words) for words, places in PERMITS.items() for place in places.split()}
_anybodys = [place for places in ANYBODYS.values() for place in places.split()]
