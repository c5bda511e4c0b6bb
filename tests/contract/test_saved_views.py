"""Every list keeps views under names: told by the address, one's own or shared, and one of them the way it opens."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.core.resource import Resource
from tests.contract.callers import Caller, by_cookie, by_token
from tests.contract.test_screens import Page, opened
from tests.isolation.cast import Cast

VIEWS = "/api/v1/saved_views/"


@pytest.fixture
def scheduler(cast: Cast) -> Caller:
    return by_cookie(cast.application, cast.harbor.people["Scheduler"])


def kept(resource: Resource, rest: Caller, name: str, **values: Any) -> dict[str, Any]:
    """A view of the list that shows one column."""
    query = f"columns={resource.table.split()[-1]}"
    given = {"list_name": resource.name, "name": name, "query": query, **values}
    answer = rest.post(VIEWS, json=given)
    assert answer.status_code == 201, answer.json
    found: dict[str, Any] = answer.json["result"]
    return found


def tabs(page: Any) -> list[str]:
    """The hrefs of the tabs by their order."""
    return [link for link in Page(page).links if "view=" in link and "order=" not in link and "page=" not in link]


def test_a_view_is_saved_from_the_list_and_its_tab_is_current(
    resource: Resource, browser: Caller, rest: Caller, record: dict[str, Any]
) -> None:
    column = resource.table_fields[-1]
    here = f"/{resource.name}/list/?columns={column.name}"
    sent = {"list_name": resource.name, "name": "Saved here", "query": f"columns={column.name}"}
    answer = browser.post(f"/saved_views/add?back={here}", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, here), answer.text[-2000:]
    page = browser.get(here)
    assert 'aria-current="page">Saved here</a>' in page.text
    (view,) = [
        one for one in rest.get(f"{VIEWS}?list_name={resource.name}").json["result"] if one["name"] == "Saved here"
    ]
    assert browser.post(f"/saved_views/delete/{view['id']}?back={here}").headers["Location"] == here
    assert "Saved here" not in browser.get(here).text.replace("Saved here was deleted", "")


def test_a_changed_view_says_so_and_is_saved_anew(resource: Resource, browser: Caller, rest: Caller) -> None:
    view = kept(resource, rest, "Changing")
    address = f"/{resource.name}/list/?page_size=50&view={view['id']}"
    page = browser.get(address).text
    assert "Changed since it was saved" in page and "Save changes" in page
    sent = {"name": "Changing", "query": "page_size=50", "version": view["version"]}
    assert browser.post(f"/saved_views/edit/{view['id']}", data=sent).status_code == 302
    assert "Changed since it was saved" not in browser.get(address).text
    assert rest.get(f"{VIEWS}{view['id']}").json["result"]["query"] == "page_size=50"
    assert rest.call("DELETE", f"{VIEWS}{view['id']}").status_code == 200


def test_a_list_opens_in_the_persons_default(resource: Resource, browser: Caller, rest: Caller) -> None:
    view = kept(resource, rest, "Mine first")
    whole = f"/{resource.name}/list/"
    assert browser.get(whole).status_code == 200
    assert browser.post(f"/saved_views/{view['id']}/make_default?back={whole}").headers["Location"] == whole
    opens = browser.get(whole)
    assert opens.status_code == 302
    given = dict(parse_qsl(urlsplit(opens.headers["Location"]).query))
    assert given == {"columns": resource.table.split()[-1], "view": view["id"]}
    assert opened(browser, opens.headers["Location"])
    assert browser.get(f"{whole}?view=all").status_code == 200
    assert rest.call("DELETE", f"{VIEWS}{view['id']}").status_code == 200
    assert browser.get(whole).status_code == 200


def test_a_view_that_no_longer_fits_the_list_leads_to_the_whole_list(
    resource: Resource, browser: Caller, rest: Caller
) -> None:
    view = kept(resource, rest, "Outdated", query="columns=no_such_column")
    assert rest.post(f"{VIEWS}{view['id']}/make_default").status_code == 200
    opens = browser.get(f"/{resource.name}/list/")
    answer = browser.get(opens.headers["Location"])
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"/{resource.name}/list/?view=all")
    page = browser.get(answer.headers["Location"]).text
    assert "Outdated" in page and "no longer fits" in page
    assert rest.call("DELETE", f"{VIEWS}{view['id']}").status_code == 200


def test_only_a_shared_view_is_seen_by_others(cast: Cast, rest: Caller, scheduler: Caller) -> None:
    clients = next(one for one in cast.harbor.own if one == "clients")
    mine = rest.post(VIEWS, json={"list_name": clients, "name": "Hidden one", "query": "status=active"}).json["result"]
    whole = f"/{clients}/list/?view=all"
    assert "Hidden one" not in scheduler.get(whole).text
    assert scheduler.get(f"/saved_views/show/{mine['id']}").status_code == 404
    shared = rest.call("PATCH", f"{VIEWS}{mine['id']}", json={"is_shared": True})
    assert shared.status_code == 200
    assert "Hidden one" in scheduler.get(whole).text
    assert scheduler.post(f"/saved_views/{mine['id']}/make_default").status_code == 302
    assert scheduler.get(f"/{clients}/list/").status_code == 302
    assert rest.call("PATCH", f"{VIEWS}{mine['id']}", json={"is_shared": False}).status_code == 200
    assert scheduler.get(f"/{clients}/list/").status_code == 200, "nobody opens in what they can't see"
    assert rest.call("DELETE", f"{VIEWS}{mine['id']}").status_code == 200


def test_sharing_takes_a_permission_of_its_own(cast: Cast, rest: Caller) -> None:
    nurse = by_token(cast.application, cast.harbor.people["Nurse"])
    role = next(one for one in rest.get("/api/v1/roles/?page_size=50").json["result"] if one["name"] == "Nurse")
    path = f"/api/v1/roles/{role['id']}/permissions"
    held = rest.get(path).json["result"]["permissions"]
    less = [pair for pair in held if pair != ["can_share", "SavedViews"]]
    assert len(less) == len(held) - 1
    view = rest.post(VIEWS, json={"list_name": "staff", "name": "For all", "is_shared": True}).json["result"]
    assert rest.call("PUT", path, json={"permissions": less}).status_code == 200
    mine = nurse.post(VIEWS, json={"list_name": "staff", "name": "Mine"})
    assert mine.status_code == 201
    for answer in (
        nurse.post(VIEWS, json={"list_name": "staff", "name": "Ours", "is_shared": True}),
        nurse.call("PATCH", f"{VIEWS}{mine.json['id']}", json={"is_shared": True}),
        nurse.call("PATCH", f"{VIEWS}{view['id']}", json={"name": "Another name"}),
        nurse.call("DELETE", f"{VIEWS}{view['id']}"),
    ):
        assert answer.status_code == 403, answer.json
    assert rest.call("PUT", path, json={"permissions": held}).status_code == 200
    for key in (mine.json["id"],):
        assert nurse.call("DELETE", f"{VIEWS}{key}").status_code == 200
    assert rest.call("DELETE", f"{VIEWS}{view['id']}").status_code == 200
