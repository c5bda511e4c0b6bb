"""What the identity domain's events mean to people: new devices, alerts, emergency and support accesses."""

from typing import TYPE_CHECKING

from starline.core.events import subscribe
from starline.core.language import N_
from starline.identity import notices, rules
from starline.notifications.service import notify, notify_all

if TYPE_CHECKING:
    from starline.identity.alerts import SecurityAlert
    from starline.identity.break_glass import BreakGlassAccess
    from starline.identity.models import SignInAttempt
    from starline.identity.support import SupportAccess

NEW_DEVICE = N_("You signed in from a device we had not seen before: %(device)s. If that was not you, sign it out.")
ALERTS = {
    "mass_export": N_("Somebody read unusually many records in one hour: %(count)s."),
    "denials": N_("Somebody was refused unusually often within minutes: %(count)s times."),
}
EMERGENCY = N_("%(who)s opened a client in an emergency. Please review why.")
SUPPORT = N_("%(who)s of the platform asks for access to help you: %(reason)s")


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
