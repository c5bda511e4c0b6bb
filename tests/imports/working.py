"""Bringing a sheet in as a person does, with a worker at hand."""

import csv
import io
import re
from functools import partial
from typing import Any

from tests import worker
from tests.contract.callers import Caller
from tests.isolation.cast import Agency

work = partial(worker.work, named="imports.%")


def sheet_of(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def upload(browser: Caller, list_name: str, content: bytes, name: str = "people.csv") -> str:
    """The address of the new import."""
    sent = {"list_name": list_name, "file": (io.BytesIO(content), name)}
    answer = browser.post("/import/", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.text)[-600:]
    return str(answer.headers["Location"])


def mapped(browser: Caller, application: Any, agency: Agency, address: str) -> str:
    """Take the guessed columns and let all rows be tried; the page that tells the result."""
    page = browser.get(address).text
    chosen = {}
    for name, options in re.findall(r'name="(column-\d+)"[^>]*>(.*?)</select>', page, re.S):
        found = re.search(r'value="([^"]*)" selected', options)
        chosen[name] = found.group(1) if found else ""
    assert browser.post(f"{address}/columns", data=chosen).status_code == 302
    work(application, agency)
    return str(browser.get(address).text)


def bring_in(
    browser: Caller, application: Any, agency: Agency, list_name: str, rows: list[dict[str, Any]], **choice: Any
) -> tuple[str, str]:
    """The address and the last page of an import of `rows`, done to the end."""
    address = upload(browser, list_name, sheet_of(rows))
    mapped(browser, application, agency, address)
    assert browser.post(f"{address}/run", data=choice).status_code == 302
    work(application, agency)
    return address, str(browser.get(address).text)
