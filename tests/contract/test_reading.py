"""What REST answers about every declared resource: it agrees with its document, with itself and with the screens."""

import re
from typing import Any

import pytest

from app.core.fields import MASK, Field, Kind
from app.core.own_fields import PREFIX
from app.core.parameters import LARGEST_OFFSET, LARGEST_PAGE
from app.core.person_names import NAME, joined
from app.core.query import OPERATORS
from app.core.resource import Resource
from tests.contract.callers import Caller, by_token
from tests.contract.factory import FORMATS
from tests.contract.openapi import check_answer, document
from tests.isolation.cast import Cast


def path(resource: Resource, rest: str = "") -> str:
    return f"/api/v1/{resource.name}/{rest}"


def test_the_document_names_every_route_and_no_other(resource: Resource, cast: Cast) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in cast.application.url_map.iter_rules()
        if rule.rule.startswith(path(resource))
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    verbs = "|".join(resource.actions) or "-"
    documented = {
        (re.sub(rf"/(?:{verbs})$", "/{action}", address), method)
        for address, operations in document()["paths"].items()
        if address.startswith(path(resource))
        for method in operations
    }
    assert documented == served


def test_the_list_agrees_with_the_document(resource: Resource, rest: Caller, record: dict[str, Any]) -> None:
    answer = rest.get(path(resource))
    assert answer.status_code == 200
    check_answer(path(resource), "get", answer)
    found = answer.json
    assert found["ids"] == [row["id"] for row in found["result"]]
    assert record["id"] in rest.get(path(resource, "?page_size=200")).json["ids"]


def test_one_row_agrees_with_the_document_and_with_the_list(
    resource: Resource, rest: Caller, record: dict[str, Any]
) -> None:
    answer = rest.get(path(resource, record["id"]))
    assert answer.status_code == 200
    check_answer(path(resource, "{pk}"), "get", answer)
    one = answer.json["result"]
    assert answer.json["id"] == one["id"] == record["id"]
    assert answer.headers.get("ETag") == (f'"{one["version"]}"' if "version" in one else None)
    listed = {row["id"]: row for row in rest.get(path(resource, "?page_size=200")).json["result"]}[record["id"]]
    assert {name: one[name] for name in listed} == listed


def test_the_description_agrees_with_the_document_and_names_every_field(resource: Resource, rest: Caller) -> None:
    answer = rest.get(path(resource, "_info"))
    assert answer.status_code == 200
    check_answer(path(resource, "_info"), "get", answer)
    described = {one["name"]: one for one in answer.json["columns"] if not one["name"].startswith(PREFIX)}
    assert set(described) == {one.key for one in resource.fields.values()}
    assert [name for name, one in described.items() if not one["label"]] == []
    offered = {f"can_{method}" for method in resource.methods}
    assert offered <= set(answer.json["permissions"])


def test_every_reference_offers_what_it_can_be_set_to(resource: Resource, rest: Caller) -> None:
    relations = [one for one in resource.form_fields if one.kind is Kind.RELATION]
    for one in relations:
        answer = rest.get(path(resource, f"related/{one.name}"))
        assert answer.status_code == 200
        check_answer(path(resource, "related/{name}"), "get", answer)
        result = answer.json["result"]
        assert result and all(set(row) == {"id", "label"} and row["label"] for row in result)
        word = result[0]["label"][:3]
        found = rest.get(path(resource, f"related/{one.name}"), query_string={"search": word}).json["result"]
        assert result[0]["id"] in [row["id"] for row in found], f"{one.name}: nothing found by {word!r}"
        assert rest.get(path(resource, f"related/{one.name}?search=zzzzzz")).json["result"] == []
    assert rest.get(path(resource, "related/organization_id")).status_code == 404


def test_a_word_that_is_an_address_is_no_record_s_id(resource: Resource, rest: Caller) -> None:
    """What may be done at an address is told truly, and nothing else is answered there."""
    for word, allowed in (("_info", {"GET"}), ("bulk", {"POST"}), ("related/nothing", {"GET"})):
        if word == "bulk" and "add" not in resource.methods:
            continue
        told = rest.call("OPTIONS", path(resource, word)).allow
        assert set(told) - {"HEAD", "OPTIONS"} == allowed, word
    assert rest.call("PUT", path(resource, "bulk"), json={}).status_code in (404, 405)


def test_the_screen_shows_the_rows_and_labels_that_rest_answers(
    resource: Resource, rest: Caller, browser: Caller, record: dict[str, Any]
) -> None:
    text = browser.get(f"/{resource.name}/list/?page_size=25").get_data(as_text=True)
    shown = list(dict.fromkeys(re.findall(rf"/{resource.name}/show/([0-9a-f-]+|\d+)", text)))
    assert shown == [str(key) for key in rest.get(path(resource, "?page_size=25")).json["ids"]]
    labels = {one["name"]: one["label"] for one in rest.get(path(resource, "_info")).json["columns"]}
    headings = re.findall(r"<th scope=\"col\"[^>]*>(?:<input[^>]*>)?(?:<a[^>]*>)?([^<]+)", text)
    drawn = joined(resource.table_fields)
    assert headings == [one.label if one is NAME else labels[one.key] for one in drawn]


@pytest.mark.parametrize(
    "query",
    [
        *(f"page_size={value}" for value in ("-1", "0", LARGEST_PAGE + 1, "x", "1.5", "9" * 30)),
        *(f"page={value}" for value in ("0", "-1", "--5", "²", "x", LARGEST_OFFSET)),
        "organization_id=00000000-0000-7000-8000-000000000001",
        "nothing_like_this=1",
        "version.gt=1",
        "created_by_fk=1",
        "columns=organization_id",
        "columns=nothing_like_this",
        "order=organization_id",
        "order=nothing_like_this",
        "order=id;select",
        "count=maybe",
        "cursor=not-an-id",
        "q=(",
        "q=(page_size:-1)",
        "q=(filters:!((col:organization_id,opr:eq,value:x)))",
        "q=(order_column:organization_id)",
        "q=(columns:!(organization_id))",
    ],
)
def test_a_list_that_cannot_be_read_as_asked_is_refused(resource: Resource, rest: Caller, query: str) -> None:
    answer = rest.get(path(resource, f"?{query}"))
    assert answer.status_code == 422, f"{query}: {answer.status_code}"
    check_answer(path(resource), "get", answer)
    assert answer.json["errors"] and answer.json["code"] == "invalid_parameters"


def test_every_filter_takes_each_of_its_operators(resource: Resource, rest: Caller, record: dict[str, Any]) -> None:
    one_row = rest.get(path(resource, record["id"])).json["result"]
    filters = rest.get(path(resource, "_info")).json["filters"]
    for name, operators in filters.items():
        if name.startswith(PREFIX):
            continue  # the agency's own, made by other tests here
        field = resource.filter_fields[name]
        for operator in operators:
            value = "true" if operator == "null" else _spelled(one_row.get(field.key), field)
            answer = rest.get(path(resource), query_string={f"{name}.{operator}": value, "page_size": 200})
            assert answer.status_code == 200, f"{name}.{operator}={value}: {answer.json}"
            if one_row.get(field.key) is not None and operator in ("eq", "in", "ge", "le"):
                assert record["id"] in answer.json["ids"], f"{name}.{operator}={value}"
            if one_row.get(field.key) is not None and operator in ("ne", "gt", "lt", "null"):
                assert record["id"] not in answer.json["ids"], f"{name}.{operator}={value}"


@pytest.mark.parametrize(
    "moment", ["1016-09-17T09:12:27+17:05", "0495-08-21T14:00:21-18:02", "0001-01-01T00:00:00+05:00"]
)
def test_an_instant_of_a_zone_that_no_place_has_is_no_fault_of_the_server(
    resource: Resource, rest: Caller, moment: str
) -> None:
    for name, field in resource.filter_fields.items():
        if field.kind is Kind.INSTANT:
            assert rest.get(path(resource), query_string={f"{name}.gt": moment}).status_code in (200, 422), name


def test_a_time_of_day_has_no_zone(resource: Resource, rest: Caller) -> None:
    for name, field in resource.filter_fields.items():
        if field.kind is Kind.TIME:
            assert rest.get(path(resource), query_string={name: "08:00+05:00"}).status_code == 422, name


def test_a_filter_with_an_operator_or_a_value_that_does_not_fit_is_refused(resource: Resource, rest: Caller) -> None:
    for name, field in resource.filter_fields.items():
        unfit = set(OPERATORS) - set(rest.get(path(resource, "_info")).json["filters"][name])
        for operator in [*unfit, "like", "contains", ""]:
            asked = f"{name}.{operator}" if operator else f"{name}."
            if operator:
                assert rest.get(path(resource), query_string={asked: "x"}).status_code == 422, asked
        if field.kind not in (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE):
            assert rest.get(path(resource), query_string={name: "not a value"}).status_code == 422, name


def test_the_list_is_sorted_by_every_sortable_column_both_ways(resource: Resource, rest: Caller) -> None:
    for name, field in resource.order_fields.items():
        if field.kind is Kind.RELATION:
            assert rest.get(path(resource, f"?order={name}")).status_code == 200
            continue
        up, down = (_column(rest, resource, field, order) for order in (name, f"-{name}"))
        known = [value for value in up if value is not None]
        assert known == sorted(known), name
        assert [value for value in down if value is not None] == sorted(known, reverse=True), name


def test_search_finds_rows_by_how_their_words_begin(resource: Resource, rest: Caller, record: dict[str, Any]) -> None:
    if not resource.search:
        assert rest.get(path(resource, "?search=anything")).status_code == 200
        return
    word = rest.get(path(resource, record["id"])).json["result"][resource.table.split()[0]]
    for spelling in (word, word.upper(), word[:2].lower()):
        found = rest.get(path(resource), query_string={"search": spelling, "page_size": 200}).json["ids"]
        assert record["id"] in found, spelling
    assert rest.get(path(resource, "?search=zzzzzz")).json["ids"] == []


def test_the_framework_s_own_spelling_gives_the_same_list(resource: Resource, rest: Caller) -> None:
    name = next(iter(resource.order_fields))
    plain = rest.get(path(resource, f"?page_size=3&order=-{name}")).json
    rison = rest.get(path(resource, f"?q=(page:0,page_size:3,order_column:{name},order_direction:desc)")).json
    assert rison["count"] == plain["count"] and len(rison["ids"]) == len(plain["ids"])
    assert [row.get(name) for row in rison["result"]] == [row.get(name) for row in plain["result"]]


def test_chosen_columns_come_alone_with_the_id(resource: Resource, rest: Caller) -> None:
    field = resource.table_fields[0]
    answer = rest.get(path(resource, f"?columns=id,{field.name}"))
    assert {name for row in answer.json["result"] for name in row} == {"id", field.name, field.key}


def test_rows_are_counted_as_asked(resource: Resource, rest: Caller) -> None:
    counts = {mode: rest.get(path(resource, f"?count={mode}")).json["count"] for mode in ("exact", "capped", "none")}
    assert counts["exact"] == counts["capped"] >= 1 and counts["none"] is None


def test_a_cursor_walks_over_every_row_once(resource: Resource, cast: Cast, rest: Caller) -> None:
    everything = rest.get(path(resource, "?page_size=200&order=-id")).json["ids"]
    walked: list[str] = []
    cursor = ""
    while page := rest.get(path(resource, f"?page_size=1&order=-id{cursor}")).json["ids"]:
        walked += page
        cursor = f"&cursor={page[-1]}"
    assert walked == everything and len(everything) >= 2


def test_secrets_answer_no_filter_search_or_order_and_are_masked(
    resource: Resource, cast: Cast, rest: Caller, record: dict[str, Any]
) -> None:
    secrets = {name: one for name, one in resource.fields.items() if one.kind is Kind.SECRET}
    assert not secrets.keys() & {*resource.filter_fields, *resource.search.split(), *resource.order_fields}
    hidden = [
        column.name for column in resource.model.__table__.c if re.search("_encrypted$|_hash$|^password$", column.name)
    ]
    for name in [*secrets, *hidden]:
        for query in (f"{name}=x", f"{name}.sw=x", f"{name}.null=true", f"order={name}"):
            assert rest.get(path(resource, f"?{query}")).status_code == 422, query
    text = rest.get(path(resource, record["id"])).get_data(as_text=True)
    one = rest.get(path(resource, record["id"])).json["result"]
    for name in secrets:
        assert one[name] is None or one[name].startswith(MASK)
        assert FORMATS.get(name, "S0000") not in text


def test_what_is_not_declared_is_not_answered(resource: Resource, rest: Caller, record: dict[str, Any]) -> None:
    one = rest.get(path(resource, record["id"])).json["result"]
    declared = {word for field in resource.fields.values() for word in (field.name, field.key)}
    assert {name for name in one if not name.startswith(PREFIX)} <= declared | {"id", "version", "changed_on"}


def test_a_row_is_read_by_whoever_holds_the_permission_to_read(resource: Resource, cast: Cast) -> None:
    for person in (cast.harbor.people["Auditor"], cast.harbor.people["Biller"]):
        allowed = ("can_read", resource.permission) in person.permissions
        answer = by_token(cast.application, person).get(path(resource))
        assert answer.status_code == (200 if allowed else 403), person.template


def _column(rest: Caller, resource: Resource, field: Field, order: str) -> list[Any]:
    rows = rest.get(path(resource), query_string={"order": order, "page_size": 200}).json["result"]
    values = [row[field.key] for row in rows]
    if field.kind is Kind.DECIMAL:
        return [None if value is None else float(value) for value in values]
    return values


def _spelled(value: Any, field: Field) -> str:
    """A value as a query spells it; one that fits where there is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(_sample(field) if value in (None, "") else value)


def _sample(field: Field) -> Any:
    if field.choices:
        return field.choices[0]
    return {
        Kind.DATE: "2026-01-01",
        Kind.INSTANT: "2026-01-01T00:00:00Z",
        Kind.TIME: "08:00",
        Kind.INTEGER: 1,
        Kind.DECIMAL: "1.5",
        Kind.BOOLEAN: "true",
        Kind.RELATION: 1 if field.column.type.python_type is int else "00000000-0000-7000-8000-000000000001",
    }.get(field.kind, "word")
