"""Somebody takes all lists along: written in the background, packed once, and nobody else's to open."""

import csv
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from app.core.resource import registry
from app.exports import working
from starline.clients.models import CareTeamMember
from starline.clients.service import assign_to_care_team
from starline.core import clock, db, tenancy
from starline.core.storage import key_for, storage
from starline.exports import service
from starline.exports.models import Export, ExportState
from starline.identity.models import RecordScope
from starline.imports.parsing import read_sheet
from starline.notifications.models import Notification
from starline.organizations import custom_fields
from starline.organizations.models import Branch
from tests import worker
from tests.contract.callers import Caller, by_cookie
from tests.isolation.cast import Agency, Cast

work = partial(worker.work, named="exports.%")
TABLES = {"clients": "clients", "contacts": "contacts", "staff": "staff_members"}
LISTS = list(TABLES)


@pytest.fixture(scope="module")
def browser(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Administrator"])


def ask(browser: Caller, lists: list[str], form: str = "csv") -> str:
    answer = browser.post("/export/", data={"lists": lists, "format": form})
    assert answer.status_code == 302, answer.text[-400:]
    return str(answer.headers["Location"])


def taken(browser: Caller, cast: Cast, lists: list[str], form: str = "csv") -> zipfile.ZipFile:
    address = ask(browser, lists, form)
    work(cast.application, cast.harbor)
    answer = browser.get(f"{address}/download")
    assert answer.status_code == 200, answer.text[-400:]
    return zipfile.ZipFile(io.BytesIO(answer.data))


def lines(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def ids(agency: Agency, table: str) -> set[str]:
    query = sql(f"SELECT id::text FROM {table} WHERE organization_id = :id")
    with tenancy.acting(agency.id), db.transaction():
        return set(db.session.scalars(query, {"id": agency.id}))


def of_address(agency: Agency, address: str) -> Export:
    with tenancy.acting(agency.id), db.transaction():
        return db.session.scalars(select(Export).where(Export.id == UUID(address.rpartition("/")[2]))).one()


def test_every_row_of_every_list_is_in_the_file_and_rows_can_be_joined(cast: Cast, browser: Caller) -> None:
    archive = taken(browser, cast, LISTS)
    assert archive.namelist() == ["Contents.csv", "clients.csv", "contacts.csv", "staff.csv"]
    for name in LISTS:
        found = lines(archive, f"{name}.csv")
        assert {line["id"] for line in found} == ids(cast.harbor, TABLES[name])
        assert len({line["id"] for line in found}) == len(found)
    clients = {line["id"] for line in lines(archive, "clients.csv")}
    assert {line["client_id"] for line in lines(archive, "contacts.csv")} <= clients
    told = {line["File"]: int(line["Rows"]) for line in lines(archive, "Contents.csv")}
    assert told["clients.csv"] == len(clients) > 0


def test_all_lists_can_be_taken_as_workbooks(cast: Cast, browser: Caller) -> None:
    offered = [one.name for one in registry.values() if f'value="{one.name}"' in browser.get("/export/").text]
    assert len(offered) > 30
    archive = taken(browser, cast, offered, "xlsx")
    with tenancy.acting(cast.harbor.id), db.transaction():
        nobody = sql("SELECT subject FROM audit_events WHERE array_position(client_ids, NULL) IS NOT NULL")
        assert list(db.session.scalars(nobody)) == []
    assert sorted(archive.namelist()) == sorted(["Contents.csv", *(f"{name}.xlsx" for name in offered)])
    assert len(read_sheet(archive.read("clients.xlsx")).rows) == len(ids(cast.harbor, "clients"))


def test_a_list_of_more_pages_than_one_is_whole(cast: Cast, browser: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.sheets.EXPORT_ROWS", 2)
    found = lines(taken(browser, cast, ["clients", "roles"]), "clients.csv")
    assert {line["id"] for line in found} == ids(cast.harbor, "clients")
    assert len(found) == len(ids(cast.harbor, "clients")) > 2


def test_secrets_stay_masked(cast: Cast, browser: Caller) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        client = db.session.query(registry["Clients"].model).first()
        client.ssn, client.ssn_last4 = "219099999", "9999"
    archive = taken(browser, cast, ["clients"])
    assert b"219099999" not in archive.read("clients.csv")


def test_the_person_is_told_once_and_the_trail_keeps_who_took_it(cast: Cast, browser: Caller) -> None:
    address = ask(browser, ["clients"])
    work(cast.application, cast.harbor)
    one = of_address(cast.harbor, address)
    with tenancy.acting(cast.harbor.id), db.transaction():
        told = db.session.scalars(select(Notification).where(Notification.key == f"export:{one.id}")).all()
        assert [(note.user_id, note.link) for note in told] == [(one.user_id, address)]
    browser.get(f"{address}/download")
    with tenancy.acting(cast.harbor.id), db.transaction():
        trail = sql("SELECT actor_id FROM audit_events WHERE action = 'export' AND subject_id = :id")
        assert list(db.session.scalars(trail, {"id": str(one.id)})) == [one.user_id]


def test_nobody_else_opens_it_not_even_an_auditor(cast: Cast, browser: Caller) -> None:
    address = ask(browser, ["clients"])
    work(cast.application, cast.harbor)
    auditor = by_cookie(cast.application, cast.harbor.people["Auditor"])
    for path in ("", "/progress", "/download"):
        assert auditor.get(address + path).status_code == 404
    for path in ("/continue", "/remove"):
        assert auditor.post(address + path).status_code == 404
    assert browser.get(f"{address}/download").status_code == 200


def test_what_somebody_may_not_take_along_stays_out(cast: Cast) -> None:
    biller = by_cookie(cast.application, cast.harbor.people["Biller"])
    page = biller.get("/export/").text
    assert 'value="clients"' in page
    assert 'value="pay_rates"' not in page
    address = ask(biller, ["clients", "pay_rates"])
    assert of_address(cast.harbor, address).list_names == ["clients"]


def test_a_permission_lost_on_the_way_empties_the_list(
    cast: Cast, browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = ask(browser, ["clients", "contacts"])
    work(cast.application, cast.harbor, 1)
    lost = [one for one in registry.values() if one.name != "contacts"]
    monkeypatch.setattr("app.exports.working.offered", lambda: lost)
    work(cast.application, cast.harbor)
    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"{address}/download").data))
    assert archive.read("contacts.csv") == b""
    assert lines(archive, "clients.csv")


def test_a_caregiver_has_no_export(cast: Cast) -> None:
    caregiver = by_cookie(cast.application, cast.harbor.people["Caregiver"])
    assert caregiver.get("/export/").status_code == 403


def test_without_a_list_the_page_says_so(browser: Caller) -> None:
    answer = browser.post("/export/", data={"format": "csv"})
    assert "Choose at least one list." in answer.text


def test_single_lists_go_when_the_zip_file_is_there(cast: Cast, browser: Caller) -> None:
    address = ask(browser, LISTS)
    work(cast.application, cast.harbor, 3)
    keys = [part["key"] for part in of_address(cast.harbor, address).parts]
    work(cast.application, cast.harbor)
    one = of_address(cast.harbor, address)
    with tenancy.acting(cast.harbor.id):
        assert storage().exists(one.storage_key or "")
        assert [part["list"] for part in one.parts] == LISTS
        assert len(keys) == 3
        assert not any(storage().exists(key) for key in keys)


@pytest.mark.parametrize("way", ["by hand", "by age"])
def test_what_is_thrown_away_leaves_no_bytes(cast: Cast, browser: Caller, way: str) -> None:
    address = ask(browser, ["clients"])
    work(cast.application, cast.harbor)
    key = of_address(cast.harbor, address).storage_key or ""
    if way == "by hand":
        assert browser.post(f"{address}/remove").status_code == 302
    else:
        with tenancy.acting(cast.harbor.id), db.transaction():
            one = db.session.get_one(Export, of_address(cast.harbor, address).id)
            one.expires_at = clock.now() - timedelta(minutes=1)
            db.session.flush()
            assert service.clear() >= 1
    assert of_address(cast.harbor, address).state == ExportState.REMOVED
    work(cast.application, cast.harbor)
    with tenancy.acting(cast.harbor.id):
        assert not storage().exists(key)
    assert of_address(cast.harbor, address).state == ExportState.REMOVED
    assert browser.get(f"{address}/download").status_code == 409
    assert "thrown away" in browser.get(address).text


def test_parts_of_a_broken_attempt_are_swept_and_fresh_ones_left(cast: Cast) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        made = f"organizations/{cast.harbor.id}/exports/"
        old, fresh = f"{made}{'0' * 31}1.csv", key_for("exports", "csv")
        for key in (old, fresh):
            storage().put(key, b"a part", "text/csv")
        service.clear()
        assert not storage().exists(old)
        assert storage().exists(fresh)
        storage().delete(fresh)


def test_an_export_of_another_agency_does_not_exist(cast: Cast, browser: Caller) -> None:
    address = ask(browser, ["clients"])
    work(cast.application, cast.harbor)
    other = by_cookie(cast.application, cast.summit.people["Administrator"])
    assert other.get(f"{address}/download").status_code == 404


def test_an_export_thrown_away_while_a_list_is_written_stays_away(
    cast: Cast, browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = ask(browser, LISTS)

    def meanwhile(*given: Any, **options: Any) -> None:
        monkeypatch.undo()
        assert browser.post(f"{address}/remove").status_code == 302  # nobody waits for the list

    monkeypatch.setattr("app.exports.working.write", meanwhile)
    work(cast.application, cast.harbor)
    one = of_address(cast.harbor, address)
    assert (one.state, one.parts, one.storage_key) == (ExportState.REMOVED, [], None)


def test_two_workers_write_each_list_once(cast: Cast, browser: Caller) -> None:
    address = ask(browser, LISTS)
    for _again in range(3):
        assert browser.post(f"{address}/continue").status_code == 302
    work(cast.application, cast.harbor)
    assert [part["list"] for part in of_address(cast.harbor, address).parts] == LISTS


def test_somebody_who_signs_out_meanwhile_stops_nothing(
    cast: Cast, browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = ask(browser, ["clients", "roles"])
    read = working.every_field

    def after_a_change(resource: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(change_a_person).result()
        return read(resource)

    def change_a_person() -> None:
        with tenancy.acting(cast.harbor.id), db.transaction():
            user = db.session.get_one(db.User, cast.harbor.people["Nurse"].user_id)
            user.last_name = f"{user.last_name}x"

    monkeypatch.setattr(working, "every_field", after_a_change)
    work(cast.application, cast.harbor)
    assert of_address(cast.harbor, address).state == ExportState.READY


def test_whoever_may_no_longer_sign_in_gets_nothing(cast: Cast) -> None:
    scheduler = by_cookie(cast.application, cast.harbor.people["Scheduler"])
    address = ask(scheduler, ["clients", "contacts"])
    work(cast.application, cast.harbor, 1)
    with tenancy.acting(cast.harbor.id), db.transaction():
        db.session.get_one(db.User, cast.harbor.people["Scheduler"].user_id).active = False
    work(cast.application, cast.harbor)
    one = of_address(cast.harbor, address)
    assert one.state == ExportState.REMOVED
    assert not any(part["key"] for part in one.parts)


def test_a_list_that_one_may_no_longer_take_shuts_the_file(cast: Cast) -> None:
    biller = by_cookie(cast.application, cast.harbor.people["Biller"])
    address = ask(biller, ["clients", "coverages"])
    work(cast.application, cast.harbor)
    assert biller.get(f"{address}/download").status_code == 200
    with tenancy.acting(cast.harbor.id), db.transaction():
        role = db.session.query(db.Role).filter_by(template="Biller").one()
        role.permissions = [one for one in role.permissions if str(one) != "can export on Coverages"]
    answer = biller.get(f"{address}/download")
    assert answer.status_code == 403
    assert "no longer take all of these lists" in answer.text


@pytest.mark.parametrize("narrowed", [RecordScope.BRANCH, RecordScope.ASSIGNED, RecordScope.OWN])
def test_who_sees_fewer_records_than_the_file_holds_does_not_get_it(cast: Cast, narrowed: RecordScope) -> None:
    biller = by_cookie(cast.application, cast.harbor.people["Biller"])
    see(cast, RecordScope.ALL)
    everything = written(cast, biller)
    assert biller.get(everything).status_code == 200
    see(cast, narrowed)
    answer = biller.get(everything)
    assert answer.status_code == 403 and "You see fewer records now" in answer.text
    some = written(cast, biller)
    assert biller.get(some).status_code == 200
    see(cast, RecordScope.ALL)
    assert biller.get(everything).status_code == biller.get(some).status_code == 200


def test_who_moves_to_another_branch_does_not_get_what_was_of_the_first(cast: Cast) -> None:
    biller = by_cookie(cast.application, cast.harbor.people["Biller"])
    see(cast, RecordScope.BRANCH)
    of_the_first = written(cast, biller)
    assert biller.get(of_the_first).status_code == 200
    see(cast, RecordScope.BRANCH, branch="Elsewhere")
    assert biller.get(of_the_first).status_code == 403


def test_who_is_taken_off_a_client_does_not_get_what_was_of_them(cast: Cast) -> None:
    biller = by_cookie(cast.application, cast.harbor.people["Biller"])
    see(cast, RecordScope.ASSIGNED)
    with tenancy.acting(cast.harbor.id), db.transaction():
        given = {"client_id": cast.harbor.parents["clients"], "user_id": cast.harbor.people["Biller"].user_id}
        member = assign_to_care_team(given, by=None).id
    of_both = written(cast, biller)
    assert biller.get(of_both).status_code == 200
    with tenancy.acting(cast.harbor.id), db.transaction():
        db.session.delete(db.session.get_one(CareTeamMember, member))
    assert biller.get(of_both).status_code == 403
    assert biller.get(written(cast, biller)).status_code == 200


def see(cast: Cast, scope: RecordScope, branch: str | None = None) -> None:
    """From now on billers see these records, and the biller works in the branch."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        db.session.query(db.Role).filter_by(template="Biller").one().record_scope = scope
        if branch is not None:
            made = Branch(name=branch)
            db.session.add(made)
            db.session.flush()
            db.session.get_one(db.User, cast.harbor.people["Biller"].user_id).branch_id = made.id


def written(cast: Cast, of: Caller) -> str:
    """The address of a file with the clients that the person sees now."""
    address = ask(of, ["clients"])
    work(cast.application, cast.harbor)
    return f"{address}/download"


def test_a_heading_is_never_a_formula(cast: Cast, browser: Caller) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        values = {"subject": "clients", "label": "=1+1", "key": "sum", "kind": "text", "is_in_list": True}
        custom_fields.add_custom_field(values, by=None)
    assert "'=1+1" in lines(taken(browser, cast, ["clients"]), "clients.csv")[0]
