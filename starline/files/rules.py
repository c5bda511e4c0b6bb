"""How much an agency may keep, how files are named, who may open what state. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from starline.core.language import _
from starline.files.vocabulary import FileStatus
from starline.organizations.models import SubscriptionTier

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a subscription allows: the size of one file, and of all versions of all files together."""

    largest_bytes: int
    quota_bytes: int


ALLOWANCES = {
    SubscriptionTier.STARTER: Allowance(25 * MEGABYTE, 5 * GIGABYTE),
    SubscriptionTier.STANDARD: Allowance(50 * MEGABYTE, 50 * GIGABYTE),
    SubscriptionTier.ENTERPRISE: Allowance(100 * MEGABYTE, 500 * GIGABYTE),
}
LARGEST_BYTES = max(one.largest_bytes for one in ALLOWANCES.values())


def quota_problem(allowance: Allowance, *, used_bytes: int, more_bytes: int) -> str | None:
    """Why `more_bytes` can't be kept beside what is there, as a sentence; None where they can."""
    if more_bytes > allowance.largest_bytes:
        return size_problem(allowance)
    if used_bytes + more_bytes > allowance.quota_bytes:
        left = max(allowance.quota_bytes - used_bytes, 0)
        return _(
            "Your agency's storage is full: %(left)s of %(all)s are left, and this file has %(size)s. Empty the trash,"
            " or ask for a larger subscription.",
            left=size_label(left),
            all=size_label(allowance.quota_bytes),
            size=size_label(more_bytes),
        )
    return None


def size_problem(allowance: Allowance) -> str:
    most = size_label(allowance.largest_bytes)
    return _("A file may have at most %(most)s. Make it smaller or split it.", most=most)


def size_label(size_bytes: int) -> str:
    """`2.4 MB`, as people read sizes."""
    amount = float(size_bytes)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit in ("bytes", "KB") or amount >= 100 else f"{amount:.1f} {unit}"


def tidy_name(name: str) -> str:
    """A name without folders, control characters and signs that turn the direction of writing; never empty."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    # A right-to-left mark makes "gpj.exe" read as "exe.jpg".
    plain = "".join(one for one in plain if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    plain = re.sub(r'[<>:"|?*]', "_", plain).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    if dot and len(plain) > LONGEST_NAME:
        plain = f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"
    return plain[:LONGEST_NAME] or "file"


def renamed(name: str, suffix: str) -> str:
    """The name with another ending: a picture was drawn anew in another format."""
    stem = name.rpartition(".")[0] or name
    return tidy_name(f"{stem}.{suffix}")


def opening_problem(status: FileStatus, *, is_infected: bool, may_open_unscanned: bool) -> str | None:
    """Why a version in this state isn't opened, as a sentence; None where it is."""
    if status is FileStatus.CLEAN:
        return None
    if status is FileStatus.NOT_SCANNED:
        return (
            None if may_open_unscanned else _("This file was not scanned for viruses, and your agency opens none such.")
        )
    if status is FileStatus.SCANNING:
        return _("This file is being scanned for viruses. Try again in a minute.")
    if is_infected:
        return _("This file holds a virus and stays locked away. Ask whoever sent it for a clean one.")
    return _("This file waits for the virus scanner, which can't be reached. It opens as soon as it was scanned.")


def is_purgeable(
    *, trashed_at: datetime, trash_days: int, retain_until: date | None, is_held: bool, now: datetime
) -> bool:
    """Whether the trash may be emptied of a file."""
    is_kept = is_held or (retain_until is not None and retain_until >= now.date())
    return not is_kept and trashed_at + timedelta(days=trash_days) <= now
