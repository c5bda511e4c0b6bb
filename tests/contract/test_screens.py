"""Every declared resource has its screens, and they work, for whoever may do everything."""

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

from app.core.fields import Kind
from app.core.resource import Resource
from tests.contract.applying import offers, plain_text, resources_with, text_beside_required
from tests.contract.callers import Caller
from tests.isolation.cast import Cast

UNRENDERED = (
    "{{",
    "{%",
    "Traceback",
    "Undefined",
    "lazy_gettext",
    "sqlalchemy",
    "psycopg2",
    "&lt;built-in",
    "object at 0x",
)


class Page(HTMLParser):
    """What a page says: links, names of inputs, and the text of cells, headings and labels."""

    KEPT = ("td", "th", "h1", "h2", "label", "dt", "dd")

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inputs: dict[str, str | None] = {}
        self.texts: dict[str, list[str]] = {tag: [] for tag in self.KEPT}
        self.open: list[str] = []
        self.feed(answer.get_data(as_text=True))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag in ("input", "select", "textarea") and given.get("name"):
            self.inputs[given["name"] or ""] = given.get("value")
        if tag in self.KEPT:
            self.open.append(tag)
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == self.open[-1]:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]][-1] += data.strip()


def opened(caller: Caller, path: str) -> Page:
    answer = caller.get(path)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {text[-600:]}"
    assert text.rstrip().endswith("</html>")
    assert [mark for mark in UNRENDERED if mark in text] == [], path
    return Page(answer)


def test_the_list_shows_the_rows(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    page = opened(browser, f"/{resource.name}/list/?page_size=100")  # some lists have rows from the start
    assert f"/{resource.name}/show/{record['id']}" in page.links
    assert page.texts["h1"][0]
    assert [text for text in page.texts["th"] if not text] == []


def test_the_detail_page_shows_every_field_under_its_label(
    resource: Resource, browser: Caller, record: dict[str, Any]
) -> None:
    page = opened(browser, f"/{resource.name}/show/{record['id']}")
    labels = [resource.fields[name].label for name in resource.shown_names]
    assert page.texts["dt"][: len(labels)] == labels
    assert page.texts["h1"][0]


def test_the_form_for_a_new_row_has_every_field(resource: Resource, browser: Caller) -> None:
    if "add" not in resource.methods:
        assert browser.get(f"/{resource.name}/add").status_code in (403, 404)
        return
    page = opened(browser, f"/{resource.name}/add")
    assert {one.key for one in resource.form_fields} <= set(page.inputs)


def test_the_form_of_a_row_has_every_field_and_its_version(
    resource: Resource, browser: Caller, rest: Caller, record: dict[str, Any]
) -> None:
    if "edit" not in resource.methods:
        assert browser.get(f"/{resource.name}/edit/{record['id']}").status_code in (403, 404, 405)
        return
    page = opened(browser, f"/{resource.name}/edit/{record['id']}")
    assert {one.key for one in resource.form_fields} <= set(page.inputs)
    newest = rest.get(f"/api/v1/{resource.name}/{record['id']}").json["result"]
    assert page.inputs["version"] == str(newest["version"])


def test_a_secret_is_never_written_into_a_page(resource: Resource, browser: Caller, record: dict[str, Any]) -> None:
    secrets = [one for one in resource.form_fields if one.kind is Kind.SECRET]
    for path in ("show", "edit"):
        if secrets and (path == "show" or "edit" in resource.methods):
            page = opened(browser, f"/{resource.name}/{path}/{record['id']}")
            assert [page.inputs.get(one.key) for one in secrets if page.inputs.get(one.key)] == []


@resources_with(offers("add"))
def test_a_row_is_added_by_the_form(resource: Resource, cast: Cast, browser: Caller, rest: Caller) -> None:
    values = _accepted_values(resource, cast)
    before = set(_ids(rest, resource))
    answer = browser.post(f"/{resource.name}/add", data=_typed(values))
    assert answer.status_code == (200 if resource.shown_once else 302), answer.get_data(as_text=True)[-3000:]
    (made,) = set(_ids(rest, resource)) - before
    assert made in (answer.get_data(as_text=True) if resource.shown_once else answer.headers["Location"])


@resources_with(offers("add", "edit"))
def test_a_row_is_saved_by_its_form_as_it_stands(resource: Resource, cast: Cast, browser: Caller) -> None:
    row = cast.harbor.factory.make(resource)
    values = {one.key: row.get(one.key) for one in resource.form_fields if one.kind is not Kind.SECRET}
    answer = browser.post(f"/{resource.name}/edit/{row['id']}", data=_typed(values) | {"version": row["version"]})
    assert answer.status_code == 302, answer.get_data(as_text=True)[-3000:]


@resources_with(offers("add"), text_beside_required)
def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(resource: Resource, browser: Caller) -> None:
    fields = text_beside_required(resource)
    assert fields is not None
    text, required = fields
    answer = browser.post(f"/{resource.name}/add", data={text.key: "Typed"})
    page = Page(answer)
    assert answer.status_code in (200, 422)
    assert page.inputs[text.key] == "Typed"
    assert f"{required.label} is required." in answer.get_data(as_text=True)


@resources_with(offers("add", "delete"))
def test_a_row_is_deleted_after_the_question(resource: Resource, cast: Cast, browser: Caller, rest: Caller) -> None:
    cast.harbor.factory.renew_parents()
    key = str(cast.harbor.factory.make(resource)["id"])
    path = f"/{resource.name}/delete/{key}"
    assert opened(browser, path).texts["h1"][0]
    assert key in _ids(rest, resource)
    assert browser.post(path).status_code == 302
    assert key not in _ids(rest, resource)


@resources_with(offers("add", "edit"), plain_text)
def test_the_second_of_two_people_sees_both_versions(
    resource: Resource, cast: Cast, browser: Caller, rest: Caller
) -> None:
    key = plain_text(resource)
    row = cast.harbor.factory.make(resource, full=True)
    saved = rest.call("PATCH", f"/api/v1/{resource.name}/{row['id']}", json={key: "Theirs"})
    assert saved.status_code == 200, saved.json
    values = {one.key: row.get(one.key) for one in resource.form_fields if one.kind is not Kind.SECRET}
    sent = _typed(values | {key: "Mine"}) | {"version": row["version"]}
    answer = browser.post(f"/{resource.name}/edit/{row['id']}", data=sent)
    page = Page(answer)
    assert {"Theirs", "Mine"} <= set(page.texts["label"])
    kept = browser.post(f"/{resource.name}/edit/{row['id']}", data=sent | {"resolve": "mine"})
    assert kept.status_code == 302
    assert rest.get(f"/api/v1/{resource.name}/{row['id']}").json["result"][key] == "Mine"


def test_the_exported_list_has_the_rows_and_the_labels_of_the_list(
    resource: Resource, browser: Caller, rest: Caller, record: dict[str, Any]
) -> None:
    answer = browser.get(f"/{resource.name}/download")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    header, *lines = csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert header == [one.label for one in resource.table_fields]
    assert len(lines) == len(_ids(rest, resource))


def test_every_word_a_person_reads_is_there(resource: Resource) -> None:
    fields = resource.fields.values()
    assert [one.name for one in fields if not one.label.strip() or re.search("_(id|fk)$", one.label)] == []
    assert resource.title.strip() and "_" not in resource.title
    assert all(title.strip() or len(names.split()) for title, names in resource.form.items())
    assert resource.table.split(), "a list shows something"


def _ids(rest: Caller, resource: Resource) -> list[str]:
    answer = rest.get(f"/api/v1/{resource.name}/?page_size=200&columns={resource.table.split()[0]}")
    assert answer.json["count"] <= 200
    return [str(key) for key in answer.json["ids"]]


def _accepted_values(resource: Resource, cast: Cast) -> dict[str, Any]:
    """Values that made a row, its own parents' besides, ready to make one more."""
    cast.harbor.factory.renew_parents()
    values = cast.harbor.factory.accepted(resource)
    found: dict[str, Any] = values
    return found


def _typed(values: dict[str, Any]) -> dict[str, str]:
    """JSON values as a browser would send them."""
    sent = {}
    for name, value in values.items():
        if value is None or value is False:
            continue
        sent[name] = "y" if value is True else ", ".join(value) if isinstance(value, list) else str(value)
    return sent
