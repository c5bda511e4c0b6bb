"""Signed addresses and storage keys: whoever holds one that isn't theirs gets nothing."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starline.core import clock, db, storage, tenancy
from starline.core.errors import NotFound
from starline.identity.models import UserSession
from tests.contract.answers import plain
from tests.contract.callers import Caller, by_cookie, by_token, nobody
from tests.isolation.cast import CANARY, Agency, Cast, Person, join
from tests.isolation.slots import denials
from tests.isolation.unpacked import words_of
from tests.isolation.walker import Walk

LIFE = 60


def kept_file(agency: Agency) -> str:
    """The key of a file that tells whose it is; Summit's holds the canary."""
    word = CANARY if agency.host.startswith("summit") else "Harbor's own"
    with tenancy.acting(agency.id), db.transaction():
        return storage.storage().put(storage.key_for("photos", "png"), f"a photo: {word}".encode(), "image/png")


def ticket(agency: Agency, person: Person, key: str) -> str:
    with tenancy.acting(agency.id, person.user_id):
        return storage.sign(key, LIFE)


def walk_files(cast: Cast) -> Walk:
    """Every wrong way to a file; each must answer as a ticket that never was."""
    found, harbor, summit = Walk(cast), cast.harbor, cast.summit
    ours, theirs = kept_file(harbor), kept_file(summit)
    nurse, other = harbor.people["Nurse"], harbor.people["Administrator"]
    mine = ticket(harbor, nurse, ours)
    browser, script = by_cookie(cast.application, nurse), by_token(cast.application, nurse)
    for caller in (browser, script):
        _control(found, caller, mine)
    stolen = ticket(summit, summit.people["Nurse"], theirs)
    same_number = _resigned(harbor, nurse, theirs)
    absent = browser.get(f"/files/{stolen[:-6]}AAAAAA")
    for slot, caller, token in (
        ("Summit's ticket at Harbor's", browser, stolen),
        ("Summit's ticket by token", script, stolen),
        ("a colleague's ticket", by_cookie(cast.application, other), mine),
        ("Summit's key under Harbor's signature", browser, same_number),
        ("another key in a ticket", browser, _altered(mine, theirs)),
        ("nothing signed", browser, _altered(mine, ours).partition(".")[0] + "."),
        ("a key as ticket", browser, theirs),
        ("a path out of the agency", browser, _resigned(harbor, nurse, _out_of(ours, theirs))),
    ):
        answer = _refused(found, caller, token, slot, (404,))
        is_ticket = caller is browser and "/" not in token
        if is_ticket and plain(answer, token) != plain(absent, f"{stolen[:-6]}AAAAAA"):
            found.findings.append(f"{slot}: doesn't answer as for a ticket that never was")
        found.denied[answer.headers["X-Request-ID"]] = (nurse.user_id, slot)
    for slot, caller in (
        ("nobody", nobody(cast.application, harbor.host)),
        ("Summit's person at Harbor's", by_cookie(cast.application, summit.people["Nurse"], harbor.host)),
        ("Harbor's person at Summit's", by_cookie(cast.application, nurse, summit.host)),
        ("somebody disabled", by_cookie(cast.application, harbor.people["Disabled"])),
    ):
        for token in (mine, stolen):
            _refused(found, caller, token, slot, (302, 401, 403, 404))
    with clock.frozen(clock.now() + timedelta(seconds=LIFE + 1)):
        _refused(found, browser, mine, "expired", (404,))
    _after_access_is_lost(found, cast, ours)
    _guessed(found, harbor, theirs)
    recorded = denials(harbor)
    found.findings += [f"{slot}: not audited" for number, (_, slot) in found.denied.items() if number not in recorded]
    return found


def _control(found: Walk, caller: Caller, token: str) -> None:
    answer = caller.get(f"/files/{token}")
    found.controls += 1
    if answer.status_code != 200 or "Harbor's own" not in words_of(answer):
        found.vacuous += 1
        found.findings.append(f"one's own file: {answer.status_code}")


def _refused(found: Walk, caller: Caller, token: str, slot: str, expected: tuple[int, ...]) -> Any:
    answer = caller.get(f"/files/{token}")
    found.cases += 1
    words = words_of(answer)
    if answer.status_code not in expected or CANARY in words or "Harbor's own" in words:
        found.findings.append(f"{slot}: {answer.status_code}")
    return answer


def _after_access_is_lost(found: Walk, cast: Cast, key: str) -> None:
    """A ticket is no longer good once its holder is shut out, or their session has ended."""
    for number, (slot, change) in enumerate(LOSSES.items()):
        person = join(cast.harbor, f"Leaver {len(cast.harbor.people)} {number} {clock.now():%H%M%S%f}", "Nurse")
        caller, token = by_cookie(cast.application, person), ticket(cast.harbor, person, key)
        _control(found, caller, token)
        with tenancy.acting(cast.harbor.id), db.transaction():
            change(person)
        _refused(found, caller, token, slot, (302, 401, 403, 404))


def _disable(person: Person) -> None:
    db.session.query(db.User).filter_by(id=person.user_id).one().active = False


def _end(person: Person) -> None:
    db.session.query(UserSession).filter_by(user_id=person.user_id).update({"ended_at": clock.now()})


LOSSES: dict[str, Callable[[Person], None]] = {"disabled since": _disable, "session ended since": _end}


def _guessed(found: Walk, agency: Agency, theirs: str) -> None:
    """Keys of Summit's, spelled in every way, under Harbor's context."""
    own = f"organizations/{agency.id}/"
    rest = theirs.partition("/")[2]
    for key in (
        theirs,
        f"{own}../{rest}",
        f"{own}photos/../../{rest}",
        f"/{theirs}",
        f"{own}/{theirs}",
        theirs.upper(),
    ):
        found.cases += 1
        try:
            with tenancy.acting(agency.id, agency.people["Nurse"].user_id):
                storage.storage().get(key)
            found.findings.append(f"the key {key} opens a file")
        except NotFound:
            continue


def _resigned(agency: Agency, person: Person, key: str) -> str:
    """A ticket that Harbor itself signed for a key that isn't its own, as a hole elsewhere might make it."""
    with tenancy.acting(agency.id, person.user_id):
        return storage.sign(key, LIFE)


def _altered(token: str, key: str) -> str:
    """The ticket with another key and the old signature."""
    facts, _dot, signature = token.partition(".")
    values = json.loads(base64.urlsafe_b64decode(facts + "=" * (-len(facts) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps([key, *values[1:-1], values[-1] + 1]).encode()).rstrip(b"=").decode()
    return f"{changed}.{signature}"


def _out_of(ours: str, theirs: str) -> str:
    return f"{ours.rpartition('/')[0]}/../../{theirs.partition('/')[2]}"
