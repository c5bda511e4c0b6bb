"""What security's events mean to people: new devices, alerts, emergency and support accesses, an altered trail."""

from typing import TYPE_CHECKING

from starline.core import clock, tenancy
from starline.core.db import session
from starline.core.events import subscribe
from starline.core.language import N_
from starline.identity import notices, rules
from starline.notifications.service import notify, notify_all
from starline.organizations.models import Organization

if TYPE_CHECKING:
    from starline.core.audit.verification import Report
    from starline.identity.alerts import SecurityAlert
    from starline.identity.break_glass import BreakGlassAccess
    from starline.identity.models import SignInAttempt
    from starline.identity.support import SupportAccess

NEW_DEVICE = N_("You signed in from a device we had not seen before: %(device)s. If that was not you, sign it out.")
ALERTS = {
    "mass_export": N_("Somebody read or took unusually many records in one hour: %(count)s."),
    "denials": N_("Somebody was refused unusually often within minutes: %(count)s times."),
}
EMERGENCY = N_("%(who)s opened a client in an emergency. Please review why.")
SUPPORT = N_("%(who)s of the platform asks for access to help you: %(reason)s")
ALTERED = N_("The audit trail is not as it was sealed: the nightly check found %(count)s faults. Call the platform.")
ALTERED_THERE = N_("The audit trail of %(agency)s is not as it was sealed: the nightly check found %(count)s faults.")


@subscribe("sign_in:new_device")
def tell_of_new_device(attempt: "SignInAttempt") -> None:
    if attempt.user_id is not None:
        device = rules.device_label(attempt.device)
        notify(attempt.user_id, "new_device", NEW_DEVICE, link="/me/sessions", device=device)


@subscribe("alert:raised")
def tell_of_alert(alert: "SecurityAlert") -> None:
    link = f"/security_alerts/show/{alert.id}"
    people = notices.administrator_ids()
    notify_all(people, "security_alert", ALERTS[alert.kind], link=link, key=f"alert:{alert.id}", count=alert.count)


@subscribe("break_glass:opened")
def tell_of_emergency(access: "BreakGlassAccess") -> None:
    """Whose client it was stays unsaid: the review tells those who may see it."""
    link = f"/break_glass_accesses/show/{access.id}"
    people = notices.administrator_ids()
    notify_all(people, "emergency_access", EMERGENCY, link=link, key=f"emergency:{access.id}", who=str(access.user))


@subscribe("support:requested")
def tell_of_support(access: "SupportAccess") -> None:
    link = f"/support_accesses/show/{access.id}"
    people = notices.administrator_ids()
    facts = {"who": access.operator_name, "reason": access.reason}
    notify_all(people, "support_access", SUPPORT, link=link, key=f"support:{access.id}", **facts)


@subscribe("audit:altered")
def tell_of_altered_trail(report: "Report") -> None:
    """The agency's administrators and the platform's, once a day for as long as it lasts."""
    agency, count = session.get_one(Organization, tenancy.current_organization_id()), len(report.findings)
    key, kind = f"altered:{agency.id}:{clock.today()}", "audit_altered"
    there, name = f"/organizations/show/{agency.id}", agency.name
    if agency.id != tenancy.PLATFORM_ID:
        notify_all(notices.administrator_ids(), kind, ALTERED, link="/audit/", key=key, count=count)
    with tenancy.acting(tenancy.PLATFORM_ID):
        people = notices.administrator_ids()
        notify_all(people, kind, ALTERED_THERE, link=there, key=key, agency=name, count=count)
