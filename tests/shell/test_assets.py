"""A browser asks once for a script or a style sheet and keeps it for a year; changed content has another address."""

import json
import re
from typing import Any

import pytest

from app.core import assets
from app.core.assets import STATIC, asset, fetched_by, vendor
from config import ROOT

A_YEAR = "max-age=31536000"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (asset("js/app.js"), "js/app.js"),
        (asset("js/portal/queue.js"), "js/portal/queue.js"),
        (asset("css/base.css"), "css/base.css"),
        (vendor("icons.svg"), "vendor/icons.svg"),
    ],
)
def test_a_file_of_ours_is_kept_for_a_year(client: Any, address: str, path: str) -> None:
    answer = client.get(address, buffered=True)
    assert answer.data == (STATIC / path).read_bytes()
    assert A_YEAR in answer.headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/static/js/app.js", "/static/js-0badcafe/app.js"])
def test_an_address_without_the_mark_of_today_is_asked_again(client: Any, address: str) -> None:
    answer = client.get(address, buffered=True)
    assert answer.data == (STATIC / "js/app.js").read_bytes()
    assert answer.headers["Cache-Control"] == "no-cache"


def test_no_other_folder_is_taken_for_the_scripts(client: Any) -> None:
    assert client.get("/static/css/js-0badcafe/app.js").status_code == 404
    assert client.get("/static/js-0badcafe/../../../config.py").status_code == 404


def test_a_changed_script_changes_the_address_of_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "js" / "deep").mkdir(parents=True)
    (tmp_path / "js" / "one.js").write_text("1")
    imported = tmp_path / "js" / "deep" / "other.js"
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    seen = set()
    for text in ("1", "2"):
        imported.write_text(text)
        assets._mark_of_scripts.cache_clear()
        seen.add(asset("js/one.js"))
    monkeypatch.undo()
    assets._mark_of_scripts.cache_clear()
    assert len(seen) == 2


def test_style_sheets_name_the_version_of_what_they_fetch(client: Any) -> None:
    installed = json.loads((ROOT / "package.json").read_text())
    version = installed["dependencies"]["@fontsource-variable/inter"]
    sheets = [one.relative_to(STATIC).as_posix() for one in (STATIC / "css").rglob("*.css")]
    fetched = [address for sheet in sheets for address in fetched_by(sheet)]
    assert fetched
    for address in fetched:
        assert address.endswith(f"?v={version}")
        assert A_YEAR in client.get(address, buffered=True).headers["Cache-Control"]


def test_scripts_import_their_neighbours_by_relative_addresses() -> None:
    """So that what they import carries the mark that they carry."""
    said = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]""")
    imported = [one for file in (STATIC / "js").rglob("*.js") for one in said.findall(file.read_text())]
    assert len(imported) > 50
    assert [one for one in imported if not one.startswith(("./", "../"))] == []
