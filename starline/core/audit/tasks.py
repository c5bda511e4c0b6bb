"""The audit's jobs: seal every minute, put the heads outside, verify every night.

Run for the platform, as the schedule does, they do so for every organisation; run for an agency, for this one alone.
"""

import logging
from uuid import UUID

from starline.core import events, outbox, tenancy
from starline.core.audit import heads, sealing, verification
from starline.core.schedules import scheduled
from starline.core.tasks import task

log = logging.getLogger(__name__)


@scheduled(cron="* * * * *", name="core.seal_audit")
@task("core.seal_audit")
def seal_audit() -> None:
    """Seal new rows; their heads leave the database once they are committed."""
    count = 0
    for organization_id in _organizations():
        with tenancy.acting(organization_id, reason="audit seal"):
            count += sealing.seal()
    if count:
        outbox.enqueue("core.publish_audit_heads")


@task("core.publish_audit_heads")
def publish_audit_heads() -> None:
    """Put outside the heads that aren't there yet."""
    for organization_id in _organizations():
        with tenancy.acting(organization_id, reason="audit heads"):
            heads.publish()


@scheduled(cron="15 4 * * *", name="core.verify_audit")
@task("core.verify_audit")
def verify_audit() -> None:
    """Check the trail; what isn't as it was sealed is an error in the log, which an alarm listens to, and is told."""
    for organization_id in _organizations():
        with tenancy.acting(organization_id, reason="audit verification"):
            report = verification.verify()
            if found := report.findings:
                facts = {"organization_id": str(organization_id), "findings": len(found), "first": str(found[0])}
                log.error("audit trail was altered", extra=facts)
                events.record("audit:altered", report)


def _organizations() -> list[UUID]:
    own = tenancy.current_organization_id()
    return sealing.audited_organizations() if own == tenancy.PLATFORM_ID else [own]
