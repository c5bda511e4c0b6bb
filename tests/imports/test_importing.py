"""A sheet becomes records by the same checks as a form, and can be taken back as a whole."""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import text as sql

from app.core.resource import registry
from app.imports import working as portions
from app.imports.targets import TARGETS
from starline.clients.models import Client
from starline.core import db, tenancy
from starline.core.audit import AuditEvent
from starline.imports.parsing import read_sheet
from starline.staff.models import StaffMember
from starline.staff.service import terminate
from tests.contract.callers import Caller, by_cookie, by_token
from tests.imports.working import bring_in, mapped, sheet_of, upload, work
from tests.isolation.cast import Agency, Cast

TABLES = ("clients", "client_status_changes", "contacts", "coverages", "staff_members", "credentials", "custom_values")
BOOKKEEPING = ("version", "changed_on", "changed_by_fk")


def person(number: int, **more: Any) -> dict[str, Any]:
    return {
        "First": f"Given{number}",
        "Surname": f"Family{number}",
        "DOB": f"{number % 12 + 1}/{number % 28 + 1}/19{40 + number % 50}",
        "Cell": f"(503) 555-01{number % 100:02}",
        "Shirt size": "large" if number % 2 else "",
        **more,
    }


def state(agency: Agency) -> dict[str, list[Any]]:
    """Every row of the tables that imports write to, without what tells how often a row was written."""
    with tenancy.acting(agency.id), db.transaction():
        return {
            table: list(
                db.session.scalars(
                    sql(
                        f"SELECT (to_jsonb(t) - '{{{','.join(BOOKKEEPING)}}}'::text[])::text FROM {table} t"
                        " WHERE organization_id = :id ORDER BY 1"
                    ),
                    {"id": agency.id},
                )
            )
            for table in TABLES
        }


def keys(agency: Agency) -> list[Any]:
    """What clients are known by when duplicates are looked for."""
    with tenancy.acting(agency.id), db.transaction():
        query = sql("SELECT client_id::text, key FROM match_keys WHERE organization_id = :id ORDER BY 1, 2")
        return [tuple(row) for row in db.session.execute(query, {"id": agency.id})]


def clients_called(agency: Agency, name: str) -> list[Client]:
    with tenancy.acting(agency.id), db.transaction():
        return db.session.query(Client).filter(Client.last_name.like(name)).order_by(Client.last_name).all()


@pytest.fixture(autouse=True)
def branch(cast: Cast) -> None:
    """Harbor has several offices in these tests; the administrator works in one."""
    with tenancy.acting(cast.harbor.id), db.transaction():
        user = db.session.get(db.User, cast.harbor.people["Administrator"].user_id)
        user.branch_id = cast.harbor.parents["branches"]


def test_a_sheet_becomes_clients_and_an_undo_leaves_no_trace(cast: Cast, browser: Caller) -> None:
    before = state(cast.harbor)
    rows = [person(number) for number in range(1, 31)]
    address, page = bring_in(browser, cast.application, cast.harbor, "Clients", rows)
    assert "<b>30</b>" in page
    made = clients_called(cast.harbor, "Family%")
    assert len(made) == 30
    ada = next(one for one in made if one.last_name == "Family7")
    assert (ada.first_name, ada.birth_date.isoformat(), ada.custom) == ("Given7", "1947-08-08", {"shirt_size": "Large"})
    assert len(state(cast.harbor)["client_status_changes"]) == len(before["client_status_changes"]) + 30
    assert browser.post(f"{address}/undo").status_code == 302
    work(cast.application, cast.harbor)
    assert "Taken back" in browser.get(address).text
    assert state(cast.harbor) == before


def test_nothing_is_made_while_rows_are_tried(cast: Cast, browser: Caller) -> None:
    before = state(cast.harbor)
    address = upload(browser, "Clients", sheet_of([person(number) for number in range(50, 60)]))
    begun = browser.get(address).text
    assert "Goes into" in begun
    page = mapped(browser, cast.application, cast.harbor, address)
    assert "Ready" in page and state(cast.harbor) == before
    assert browser.post(f"{address}/discard").status_code == 302
    assert browser.get(address).status_code == 404


def test_each_fault_is_named_by_line_and_column(cast: Cast, browser: Caller) -> None:
    rows = [person(61), person(62, DOB="someday"), person(63, Cell="12"), person(64, **{"Shirt size": "Huge"})]
    rows += [person(65, Surname="")]
    address = upload(browser, "Clients", sheet_of(rows))
    page = mapped(browser, cast.application, cast.harbor, address)
    assert "DOB: Birth date must be a date" in page and "Cell: Mobile phone must have 7 to 15 digits" in page
    assert "Shirt size must be one of: Small, Large." in page and "Shirt size: Shirt size" not in page
    assert "Surname: Last name is required." in page
    sheet = read_sheet(browser.get(f"{address}/faulty").data)
    lines = [sheet.headers, *(cells for _number, cells in sheet.rows)]
    assert lines[0][-1] == "What is wrong" and [line[0] for line in lines[1:]] == [
        "Given62",
        "Given63",
        "Given64",
        "Given65",
    ]
    assert browser.post(f"{address}/run").status_code == 302
    work(cast.application, cast.harbor)
    assert [one.last_name for one in clients_called(cast.harbor, "Family6_")] == ["Family61"]


def test_duplicates_are_skipped_updated_or_made_anew(cast: Cast, browser: Caller) -> None:
    bring_in(browser, cast.application, cast.harbor, "Clients", [person(71), person(72)])
    address = upload(browser, "Clients", sheet_of([person(71, Cell="503-555-0199"), person(73), person(73)]))
    page = mapped(browser, cast.application, cast.harbor, address)
    assert "Given71 Family71" in page and "The same as line 3." in page
    request_id = browser.get(address).headers["X-Request-ID"]
    (known,) = clients_called(cast.harbor, "Family71")
    with tenancy.acting(cast.harbor.id), db.transaction():
        seen = db.session.query(AuditEvent).filter_by(request_id=request_id, subject="clients").one()
        assert seen.client_ids == [known.id]
    browser.post(f"{address}/discard")
    changed = [person(71, Cell="503-555-0199"), person(74)]
    before = state(cast.harbor)
    _address, page = bring_in(browser, cast.application, cast.harbor, "Clients", changed, duplicates="skip")
    assert "Skipped" in page
    undo(browser, cast, _address)
    assert state(cast.harbor) == before
    keys_before = keys(cast.harbor)
    _address, page = bring_in(browser, cast.application, cast.harbor, "Clients", changed, duplicates="update")
    assert [one.mobile_phone for one in clients_called(cast.harbor, "Family71")] == ["503-555-0199"]
    assert keys(cast.harbor) != keys_before
    undo(browser, cast, _address)
    assert state(cast.harbor) == before
    assert keys(cast.harbor) == keys_before
    _address, page = bring_in(browser, cast.application, cast.harbor, "Clients", changed, duplicates="create")
    assert len(clients_called(cast.harbor, "Family71")) == 2
    undo(browser, cast, _address)
    assert state(cast.harbor) == before


def test_a_row_twice_in_one_sheet_updates_what_it_made_and_both_are_undone(cast: Cast, browser: Caller) -> None:
    before = state(cast.harbor)
    rows = [person(81), person(81, Cell="503-555-0188")]
    address, _page = bring_in(browser, cast.application, cast.harbor, "Clients", rows, duplicates="update")
    assert [one.mobile_phone for one in clients_called(cast.harbor, "Family81")] == ["503-555-0188"]
    undo(browser, cast, address)
    assert state(cast.harbor) == before


def test_what_somebody_changed_since_is_kept_and_named(cast: Cast, browser: Caller) -> None:
    address, _page = bring_in(browser, cast.application, cast.harbor, "Clients", [person(91), person(92)])
    kept = clients_called(cast.harbor, "Family91")[0]
    with tenancy.acting(cast.harbor.id), db.transaction():
        db.session.get(Client, kept.id).preferred_name = "Kit"
    undo(browser, cast, address)
    page = browser.get(address).text
    assert "Somebody has changed the record since" in page
    assert [one.last_name for one in clients_called(cast.harbor, "Family9_")] == ["Family91"]


def test_a_worker_that_is_killed_doubles_and_loses_nothing(
    cast: Cast, browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "PORTION", 4)
    address = upload(browser, "Clients", sheet_of([person(number) for number in range(100, 110)]))
    mapped(browser, cast.application, cast.harbor, address)
    browser.post(f"{address}/run")
    made = portions.create_row
    count = iter(range(100))

    def dies(*given: Any) -> Any:
        if next(count) == 6:
            raise KeyboardInterrupt
        return made(*given)

    monkeypatch.setattr(portions, "create_row", dies)
    with pytest.raises(KeyboardInterrupt):
        work(cast.application, cast.harbor)
    db.session.remove()
    assert len(clients_called(cast.harbor, "Family10_")) == 4
    monkeypatch.setattr(portions, "create_row", made)
    browser.post(f"{address}/continue")  # a second promise beside the first one
    work(cast.application, cast.harbor)
    assert [one.last_name for one in clients_called(cast.harbor, "Family10_")] == [
        f"Family{n}" for n in range(100, 110)
    ]


def test_rows_name_records_by_number_or_name(cast: Cast, browser: Caller) -> None:
    bring_in(browser, cast.application, cast.harbor, "Clients", [person(121)])
    number = clients_called(cast.harbor, "Family121")[0].client_number
    before = state(cast.harbor)
    rows = [
        {"Client": str(number), "First name": "Ned", "Last name": "Kin", "Relation": "Son", "Phone": "503-555-0111"},
        {
            "Client": "Family121, Given121",
            "First name": "Nell",
            "Last name": "Kin",
            "Relation": "daughter",
            "Phone": "",
        },
        {"Client": "Nobody", "First name": "Nat", "Last name": "Kin", "Relation": "Friend", "Phone": ""},
    ]
    address = upload(browser, "Contacts", sheet_of(rows))
    assert "there is nothing called “Nobody”" in mapped(browser, cast.application, cast.harbor, address)
    browser.post(f"{address}/run")
    work(cast.application, cast.harbor)
    assert len(state(cast.harbor)["contacts"]) == len(before["contacts"]) + 2
    undo(browser, cast, address)
    assert state(cast.harbor) == before


@pytest.mark.parametrize(
    ("list_name", "row"),
    [
        (
            "Coverages",
            {
                "Client number": "{client}",
                "Payor": "Medicaid of Ohio",
                "Priority": "Tertiary",
                "Start date": "1/1/2026",
                "Member id": "A1B2C3D4",
            },
        ),
        (
            "StaffMembers",
            {"First": "Una", "Last": "Hire", "Hire date": "3/4/2024", "Job title": "Aide", "License type": "HHA"},
        ),
        (
            "Credentials",
            {"Employee number": "{staff}", "Certification": "{type}", "Issue date": "2/3/2025", "No": "X-77"},
        ),
    ],
)
def test_the_other_lists_take_sheets_too(cast: Cast, browser: Caller, list_name: str, row: dict[str, str]) -> None:
    with tenancy.acting(cast.harbor.id), db.transaction():
        names = {
            "client": "SELECT client_number FROM clients WHERE organization_id = :id ORDER BY 1 LIMIT 1",
            "staff": "SELECT staff_number FROM staff_members WHERE organization_id = :id ORDER BY 1 LIMIT 1",
            "type": "SELECT name FROM credential_types WHERE organization_id = :id ORDER BY name LIMIT 1",
        }
        known = {name: str(db.session.scalar(sql(query), {"id": cast.harbor.id})) for name, query in names.items()}
    before = state(cast.harbor)
    filled = {name: value.format(**known) for name, value in row.items()}
    address, page = bring_in(browser, cast.application, cast.harbor, list_name, [filled])
    assert state(cast.harbor) != before, page
    undo(browser, cast, address)
    assert state(cast.harbor) == before


def test_a_workbook_is_read_like_a_text(cast: Cast, browser: Caller) -> None:
    book = Workbook()
    book.active.append(["First name", "Last name", "Birth date", "Pets in the home"])
    book.active.append(["Xena", "Sheet", __import__("datetime").datetime(1950, 2, 3), True])
    out = io.BytesIO()
    book.save(out)
    address = upload(browser, "Clients", out.getvalue(), "people.xlsx")
    mapped(browser, cast.application, cast.harbor, address)
    browser.post(f"{address}/run")
    work(cast.application, cast.harbor)
    found = clients_called(cast.harbor, "Sheet")
    assert [(one.birth_date.isoformat(), one.has_pets) for one in found] == [("1950-02-03", True)]


def test_columns_are_remembered_for_the_next_sheet(cast: Cast, browser: Caller) -> None:
    address = upload(browser, "Clients", b"First name,Last name,Birth date,Zaphod\nA,B,1940-01-01,Friendly\n")
    sent = {"column-0": "first_name", "column-1": "last_name", "column-2": "birth_date", "column-3": "diet"}
    browser.post(f"{address}/columns", data=sent)
    work(cast.application, cast.harbor)
    again = upload(browser, "Clients", b"Last name,Zaphod\nB,Friendly\n")
    assert 'value="diet" selected' in browser.get(again).text


def test_what_a_sheet_held_lies_encrypted(cast: Cast, browser: Caller) -> None:
    upload(browser, "Clients", b"First name,Last name,SSN\nWilhelmina,Plaintext,123-45-6789\n")
    with tenancy.acting(cast.harbor.id), db.transaction():
        rows = db.session.scalars(sql("SELECT to_jsonb(t)::text FROM import_rows t")).all()
    assert not any("Wilhelmina" in row or "123-45-6789" in row for row in rows)


@pytest.mark.parametrize(("role", "status"), [("Nurse", 403), ("Caregiver", 403), ("Human resources", 200)])
def test_only_some_may_bring_sheets_in(cast: Cast, role: str, status: int) -> None:
    caller = by_cookie(cast.application, cast.harbor.people[role])
    assert caller.get("/import/").status_code == status
    sent = {"list_name": "Clients", "file": (io.BytesIO(b"First name\nA\n"), "a.csv")}
    assert caller.post("/import/", data=sent, content_type="multipart/form-data").status_code == 403


def undo(browser: Caller, cast: Cast, address: str) -> None:
    assert browser.post(f"{address}/undo").status_code == 302
    work(cast.application, cast.harbor)


def test_the_lists_that_take_sheets_say_so(cast: Cast, browser: Caller) -> None:
    assert {name for name, one in registry.items() if one.takes_imports} == set(TARGETS)
    assert 'href="/import/?list=Clients"' in browser.get("/clients/list/").text
    nurse = by_cookie(cast.application, cast.harbor.people["Nurse"])
    assert "/import/" not in nurse.get("/clients/list/").text


def test_rows_written_together_are_taken_back_one_by_one(cast: Cast, browser: Caller) -> None:
    """Their trail shares a request: what came with a record that stays has to stay with it."""
    rows = [person(number) for number in range(140, 160)]
    address, _page = bring_in(browser, cast.application, cast.harbor, "Clients", rows)
    kept = clients_called(cast.harbor, "Family14_")[3]
    with tenancy.acting(cast.harbor.id), db.transaction():
        db.session.get_one(Client, kept.id).preferred_name = "Kept"
    assert browser.post(f"{address}/undo").status_code == 302
    work(cast.application, cast.harbor)
    assert [one.id for one in clients_called(cast.harbor, "Family1[45]_")] == []
    left = clients_called(cast.harbor, "Family14_") + clients_called(cast.harbor, "Family15_")
    assert [one.id for one in left] == [kept.id]
    with tenancy.acting(cast.harbor.id), db.transaction():
        history = sql("SELECT count(*) FROM client_status_changes WHERE client_id = :id")
        assert db.session.scalar(history, {"id": kept.id}) == 1


def test_staff_written_together_are_taken_back_whole(cast: Cast, browser: Caller) -> None:
    before = state(cast.harbor)
    work_of = {"Position": "Aide", "Discipline": "HHA"}
    rows = [
        {"First": f"Given{n}", "Surname": f"Worker{n}", "DOB": f"2/{n}/1980", "Hire date": "1/2/2024", **work_of}
        for n in range(1, 21)
    ]
    address, _page = bring_in(browser, cast.application, cast.harbor, "StaffMembers", rows)
    assert len(state(cast.harbor)["staff_members"]) == len(before["staff_members"]) + 20
    assert browser.post(f"{address}/undo").status_code == 302
    work(cast.application, cast.harbor)
    assert state(cast.harbor) == before


def test_one_row_that_the_database_refuses_spoils_no_other(
    cast: Cast, browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [person(number) for number in range(160, 170)]
    address = upload(browser, "Clients", sheet_of(rows))
    mapped(browser, cast.application, cast.harbor, address)
    browser.post(f"{address}/run")
    made = portions.create_row

    def spoiled(resource: Any, given: Any) -> Any:
        record = made(resource, given)
        if record.last_name == "Family165":
            record.custom = "\x00"  # the database alone refuses it, and only when rows are written
        return record

    monkeypatch.setattr(portions, "create_row", spoiled)
    work(cast.application, cast.harbor)
    names = [one.last_name for one in clients_called(cast.harbor, "Family16_")]
    assert names == [f"Family{n}" for n in range(160, 170) if n != 165]
    assert "<b>9</b>" in browser.get(address).text


def test_a_refused_row_doubles_no_record_that_was_brought_up_to_date(cast: Cast, browser: Caller) -> None:
    """The rows of its batch are done again one by one, and find the same records."""
    work_of = {"Position": "Aide", "Discipline": "HHA", "Hire date": "1/2/2024"}
    people = [{"First": f"Given{n}", "Surname": f"Updated{n}", "DOB": f"3/{n}/1980", **work_of} for n in range(1, 6)]
    _first, _page = bring_in(browser, cast.application, cast.harbor, "StaffMembers", people)
    with tenancy.acting(cast.harbor.id), db.transaction():
        last = db.session.query(StaffMember).filter_by(last_name="Updated5").one()
        terminate(last, on=date(2024, 2, 1), reason="Moved away", by=None)
    changed = [{**one, "Position": "Senior aide"} for one in people]
    changed[4]["Hire date"] = "6/1/2024"  # after the employment had ended: the verb alone knows
    bring_in(browser, cast.application, cast.harbor, "StaffMembers", changed, duplicates="update")
    with tenancy.acting(cast.harbor.id), db.transaction():
        found = db.session.query(StaffMember).filter(StaffMember.last_name.like("Updated%")).all()
        assert sorted((one.last_name, one.position) for one in found) == [
            *((f"Updated{n}", "Senior aide") for n in range(1, 5)),
            ("Updated5", "Aide"),
        ]


def test_an_undo_takes_nothing_that_somebody_else_made(cast: Cast, browser: Caller) -> None:
    """A record added on the form after the import began, and then brought up to date by it, stays with its history."""
    address = upload(browser, "Clients", sheet_of([person(201, Cell="503-555-0177")]))
    mapped(browser, cast.application, cast.harbor, address)
    assert browser.post(f"{address}/run", data={"duplicates": "update"}).status_code == 302
    token = by_token(cast.application, cast.harbor.people["Administrator"])
    values = {"first_name": "Given201", "last_name": "Family201", "birth_date": "1941-10-06"}
    made = token.post("/api/v1/clients/", json={**values, "branch_id": cast.harbor.parents["branches"]})
    assert made.status_code == 201, made.json
    before = state(cast.harbor)
    work(cast.application, cast.harbor)
    assert [one.mobile_phone for one in clients_called(cast.harbor, "Family201")] == ["503-555-0177"]
    undo(browser, cast, address)
    assert state(cast.harbor) == before
