"""What happened, to which record, who saw which client: for those who may read the trail, and for nobody else."""

import csv
import io
from typing import Any

import orjson
import pytest

from starline.core import audit, db, tenancy
from starline.core.audit.verification import verify
from tests.audit.trail import look, rows_of, seal_everything
from tests.contract.callers import by_cookie, by_token
from tests.contract.openapi import check_answer
from tests.isolation.cast import Cast

AUDITORS = ("Administrator", "Auditor")
ADDRESSES = ("/audit/", "/audit/clients/{client}", "/audit/records/clients/{client}", "/audit/export")


def page(cast: Cast, path: str, name: str = "Administrator", status: int = 200) -> str:
    answer = by_cookie(cast.application, cast.harbor.people[name]).get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[-2000:]
    return str(answer.get_data(as_text=True))


def rest(cast: Cast, path: str, name: str = "Administrator", status: int = 200) -> Any:
    answer = by_token(cast.application, cast.harbor.people[name]).get(f"/api/v1/audit/{path}")
    assert answer.status_code == status, answer.json
    return answer


def client_of(cast: Cast) -> str:
    return str(cast.harbor.parents["clients"])


@pytest.mark.parametrize("path", ADDRESSES)
def test_only_administrators_and_auditors_may_read_the_trail(cast: Cast, path: str) -> None:
    for name in cast.harbor.people:
        if name == "Disabled":
            continue
        status = 200 if name in AUDITORS else 403
        page(cast, path.format(client=client_of(cast)), name, status)


def test_a_narrower_record_scope_shows_no_trail(cast: Cast) -> None:
    """The branch office's role holds every permission but sees one branch."""
    person = cast.harbor.people["Branch office"]
    assert ("can_read", "Audit") in person.permissions
    text = page(cast, "/audit/", "Branch office", 403)
    assert "your role shows you only some" in text
    rest(cast, "events", "Branch office", 403)
    assert (
        "/audit/"
        not in page(cast, f"/clients/show/{cast.harbor.own['clients']['id']}", "Branch office").partition("<main")[2]
    )


def test_the_activity_is_filtered_by_person_action_subject_and_day(cast: Cast) -> None:
    person = cast.harbor.people["Nurse"]
    by_token(cast.application, person).get(f"/api/v1/clients/{client_of(cast)}")
    found = rest(cast, f"events?person={person.user_id}&action=read&subject=clients").json["result"]
    assert found and {one["person"]["id"] for one in found} == {person.user_id}
    assert {(one["action"], one["subject"]) for one in found} == {("read", "clients")}
    assert client_of(cast) in found[0]["clients"]
    assert rest(cast, "events?from=2020-01-01&to=2020-01-02").json == {"result": [], "next": None}
    shown = page(cast, f"/audit/?person={person.user_id}&action=read&subject=clients")
    assert "Nurse Person" in shown and "Looked at" in shown
    assert "Nothing happened in these days" in page(cast, "/audit/?from=2020-01-01&to=2020-01-02")


def test_pages_follow_one_another_without_gap_or_repetition(cast: Cast) -> None:
    person = cast.harbor.people["Biller"].user_id
    for _row in range(9):
        look(cast.harbor.id, user_id=person)
    seen: list[int] = []
    cursor, pages = "", 0
    while pages < 10:
        answer = rest(cast, f"events?person={person}&page_size=4{cursor}").json
        seen += [one["id"] for one in answer["result"]]
        pages += 1
        if answer["next"] is None:
            break
        cursor = f"&before={answer['next']}"
    wanted = [row.id for row in rows_of(cast.harbor.id, actor_id=person)]
    assert pages == 3 or len(wanted) > 12
    assert len(seen) == len(set(seen)) and sorted(seen) == sorted(wanted)


@pytest.mark.parametrize(
    "query",
    [
        "from=x",
        "to=2026-13-01",
        "from=2026-02-02&to=2026-01-01",
        "person=abc",
        "page_size=0",
        "page_size=-1",
        "before=1",
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(cast: Cast, query: str) -> None:
    answer = rest(cast, f"events?{query}", status=422)
    assert list(answer.json["errors"]) == [query.partition("=")[0]]


def test_rest_answers_as_documented(cast: Cast) -> None:
    check_answer("/api/v1/audit/events", "get", rest(cast, "events"))
    path = "/api/v1/audit/clients/{pk}/viewers"
    check_answer(path, "get", rest(cast, f"clients/{client_of(cast)}/viewers"))
    check_answer(path, "get", rest(cast, "clients/no-id/viewers", status=404))


def test_a_records_history_is_told_in_words_with_both_values(cast: Cast) -> None:
    client = client_of(cast)
    writer = by_token(cast.application, cast.harbor.people["Nurse"])
    for phone in ("+15035550101", "+15035550102"):
        assert writer.call("PATCH", f"/api/v1/clients/{client}", json={"phone": phone}).status_code == 200
    text = page(cast, f"/audit/records/clients/{client}")
    assert "Nurse Person" in text and "Phone" in text and "Changed" in text
    assert "+15035550101" in text and "+15035550102" in text


def test_secrets_stay_masked_in_the_history(cast: Cast) -> None:
    client = client_of(cast)
    writer = by_token(cast.application, cast.harbor.people["Administrator"])
    assert writer.call("PATCH", f"/api/v1/clients/{client}", json={"ssn": "536-22-8747"}).status_code == 200
    text = page(cast, f"/audit/records/clients/{client}")
    assert '"8747"' not in text and ">8747<" not in text and "ssn_encrypted" not in text and "••••" in text
    exported = page(cast, "/audit/export?format=jsonl")
    assert '"ssn_last4":["***","***"]' in exported or '"ssn_last4":[null,"***"]' in exported
    assert '"8747"' not in exported and "22-8747" not in exported and "536228747" not in exported


def test_a_number_that_the_trail_knew_before_it_was_sealed_is_told_to_nobody(cast: Cast) -> None:
    client = client_of(cast)
    with tenancy.acting(cast.harbor.id), db.transaction():
        changed = {"medicaid_id": ["OR7654321", "OR7654322"]}
        audit.record("update", "clients", subject_id=client, client_ids=[client], changes=changed)
    whole = cast.harbor.people["Nurse"]
    seen = [
        page(cast, f"/audit/records/clients/{client}"),
        page(cast, "/audit/export?format=jsonl"),
        *(
            by_cookie(cast.application, whole).get(f"/clients/{rest}").text
            for rest in (f"show/{client}", f"edit/{client}", f"show/{client}?tab=changes")
        ),
    ]
    assert all("OR765432" not in text for text in seen)
    assert any("Medicaid" in text and "••••" in text for text in seen)


def test_histories_of_nothing_and_of_another_agencys_record_are_not_found(cast: Cast) -> None:
    theirs = cast.summit.parents["clients"]
    for path in (
        f"/audit/records/clients/{theirs}",
        f"/audit/records/audit_blocks/{client_of(cast)}",
        f"/audit/records/nothing/{client_of(cast)}",
        "/audit/records/clients/no-id",
        f"/audit/clients/{theirs}",
    ):
        page(cast, path, status=404)


def test_the_detail_pages_lead_to_the_trail_for_those_who_may_read_it(cast: Cast) -> None:
    client, contact = client_of(cast), cast.harbor.own["contacts"]["id"]
    text = page(cast, f"/clients/show/{client}")
    assert f"/audit/clients/{client}" in text and f"/audit/records/clients/{client}" in text
    assert f"/audit/records/contacts/{contact}" in page(cast, f"/contacts/show/{contact}")
    assert "/audit/" not in page(cast, f"/clients/show/{client}", "Nurse")


def test_who_saw_a_client_is_complete_up_to_now(cast: Cast) -> None:
    """Sealed looks come from their index, the newest from the trail, each once."""
    client, nurse = cast.harbor.outside["clients"]["id"], cast.harbor.people["Nurse"]
    reader = by_token(cast.application, nurse)
    for number in (1, 2, 3):
        assert reader.get(f"/api/v1/clients/{client}").status_code == 200
        found = rest(cast, f"clients/{client}/viewers").json["result"]
        (mine,) = [one for one in found if one["person"]["id"] == nurse.user_id]
        assert mine["views"] == number and mine["subjects"] == ["clients"]
        if number == 2:
            seal_everything()
    text = page(cast, f"/audit/clients/{client}")
    assert "Nurse Person" in text and "Clients" in text


def test_nobody_saw_a_client_in_days_long_past(cast: Cast) -> None:
    text = page(cast, f"/audit/clients/{client_of(cast)}?from=2020-01-01&to=2020-01-02")
    assert "Nobody saw this client in these days" in text


def test_reading_the_trail_stands_in_the_trail(cast: Cast) -> None:
    auditor = cast.harbor.people["Auditor"]
    for path in ADDRESSES:
        page(cast, path.format(client=client_of(cast)), "Auditor")
    mine = rows_of(cast.harbor.id, actor_id=auditor.user_id)
    assert {"read", "export"} <= {row.action for row in mine if row.subject == "audit_events"}
    viewed = [row for row in mine if (row.changes or {}).get("what") == "viewers"]
    assert str(viewed[-1].client_ids[0]) == client_of(cast)


def test_the_csv_is_neutralised_and_names_people(cast: Cast) -> None:
    with tenancy.acting(cast.harbor.id, cast.harbor.people["Nurse"].user_id, "=1+1", "=cmd()"), db.transaction():
        audit.record("read", "clients", changes=None)
    text = page(cast, "/audit/export?format=csv").removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    (mine,) = [row for row in rows if row["reason"].endswith("=cmd()")]
    assert mine["reason"] == "'=cmd()" and mine["request"] == "'=1+1" and mine["person"] == "Nurse Person"


def test_the_json_lines_hold_every_event_of_the_days_and_the_taking_is_kept(cast: Cast) -> None:
    before = {row.id for row in rows_of(cast.harbor.id)}
    lines = [orjson.loads(line) for line in page(cast, "/audit/export?format=jsonl").splitlines()]
    assert before <= {line["id"] for line in lines}
    assert lines == sorted(lines, key=lambda line: (line["at"], line["id"]))
    taken = [row for row in rows_of(cast.harbor.id, action="export") if row.changes["format"] == "jsonl"]
    assert {str(one) for one in taken[-1].client_ids} >= {client_of(cast)}
    page(cast, "/audit/export?format=exe", status=422)


def test_the_export_holds_nothing_of_another_agency(cast: Cast) -> None:
    from tests.isolation.cast import CANARY

    assert CANARY not in page(cast, "/audit/export?format=jsonl")


def test_the_line_of_the_seal_says_how_far_and_whether_whole(cast: Cast) -> None:
    seal_everything()
    with tenancy.acting(cast.harbor.id), db.transaction():
        assert verify().findings == []
    text = page(cast, "/audit/")
    assert "Sealed up to" in text and "nothing was altered" in text
