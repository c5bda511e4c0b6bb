"""Requests that no page of ours makes: odd methods, files that aren't for the web, a parameter twice, text encoded twice."""

from typing import Any

import pytest

from tests.contract.callers import by_cookie, by_token
from tests.isolation.cast import Cast

ADDRESSES = ("/", "/login", "/clients/list/", "/static/css/base.css", "/api/v1/clients/", "/api/v1/health")


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_no_address_repeats_a_request(client: Any, method: str, path: str) -> None:
    answer = client.open(path, method=method, headers={"X-Told": "repeated"}, buffered=True)
    assert answer.status_code == 405 and "repeated" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/.git/HEAD", "/.git/config", "/.gitignore", "/.env", "/config.py", "/requirements.txt", "/var/"),
        *(
            "/static/../config.py",
            "/static/..%2f..%2fconfig.py",
            "/static/%2e%2e/%2e%2e/.git/HEAD",
            "/static/.git/HEAD",
        ),
        *(
            "/static/css/base.css~",
            "/static/css/base.css.bak",
            "/static/css/.base.css.swp",
            "/static/css/base.css.orig",
        ),
    ],
)
def test_nothing_of_the_source_and_no_left_over_is_served(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/static/", "/static/css/", "/static/js", "/static/vendor/", "/photos/", "/feeds/"])
def test_no_directory_is_listed(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404 and ".css" not in answer.text.partition("</head>")[2]


def test_of_a_parameter_that_is_there_twice_the_first_alone_counts(cast: Cast) -> None:
    """For the check and for what is done, in lists as in forms."""
    rest = by_token(cast.application, cast.harbor.people["Administrator"])
    assert len(rest.get("/api/v1/visits/?page_size=1&page_size=3").json["result"]) == 1
    assert rest.get("/api/v1/visits/?page_size=0&page_size=1").status_code == 422
    branch = cast.harbor.own["branches"]["id"]
    browser = by_cookie(cast.application, cast.harbor.people["Administrator"])
    wrong = browser.post(f"/branches/edit/{branch}", data={"name": ["", "Second"], "version": ["1", "2"]})
    assert wrong.status_code == 200, "the form again"
    assert rest.get(f"/api/v1/branches/{branch}").json["result"]["name"] != "Second"


def test_what_belongs_into_the_body_is_not_taken_from_the_address_or_a_cookie(cast: Cast) -> None:
    rest = by_token(cast.application, cast.harbor.people["Administrator"])
    answer = rest.post("/api/v1/branches/?name=Of+the+address", json={}, headers={"Cookie": "name=Of a cookie"})
    assert answer.status_code == 422 and "name" in answer.json["errors"]
    form = {"email": "administrator@harbor.localhost.example"}
    signed = cast.application.test_client().post(
        "/login?password=seven+lanterns", data=form, base_url=f"http://{cast.harbor.host}"
    )
    assert signed.status_code in (400, 401, 422)


@pytest.mark.parametrize("text", ["%253Cb%253E", "&lt;b&gt; &amp;amp;", "\\u003cb\\u003e", "+%2B+", "100 %20"])
def test_what_looks_encoded_is_kept_as_it_was_typed(cast: Cast, text: str) -> None:
    """A text is decoded once, on its way in: what it holds then is the text."""
    rest = by_token(cast.application, cast.harbor.people["Administrator"])
    made = rest.post("/api/v1/branches/", json={"name": text})
    assert made.status_code == 201, made.text
    key = made.json["id"]
    assert rest.get(f"/api/v1/branches/{key}").json["result"]["name"] == text
    found = rest.get("/api/v1/branches/", query_string={"name": text, "columns": "name"}).json
    assert [one["name"] for one in found["result"]] == [text]
    browser = by_cookie(cast.application, cast.harbor.people["Administrator"])
    saved = browser.post(
        f"/branches/edit/{key}", data={"name": f"{text}!", "version": str(made.json["result"]["version"])}
    )
    assert saved.status_code == 302
    assert rest.get(f"/api/v1/branches/{key}").json["result"]["name"] == f"{text}!"
