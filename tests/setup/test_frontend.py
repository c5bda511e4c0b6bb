"""The front-end parts: pinned, complete, and every icon that is named exists."""

import json
import re
from hashlib import sha256

import pytest

from app.platform.local import frontend
from config import ROOT

NAMED = re.compile(r"""icon(?:=|\(|: )["']([a-z][a-z0-9-]*)["']""")


@pytest.fixture(scope="module", autouse=True)
def installed():
    if not frontend._is_current():
        pytest.skip("The front-end parts aren't installed: make test does it.")


def test_the_manifest_holds_the_hash_of_every_served_file():
    files = json.loads(frontend.MANIFEST.read_text())["files"]
    assert set(files) == {path.name for path in frontend.VENDOR.iterdir()} - {"manifest.json"}
    for name, digest in files.items():
        assert sha256((frontend.VENDOR / name).read_bytes()).hexdigest().startswith(digest)


def test_every_version_is_pinned_and_the_lock_names_no_address():
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all("resolved" not in entry for entry in packages.values())
    assert all("integrity" in entry for place, entry in packages.items() if place)


def test_every_icon_that_is_named_is_in_the_sprite():
    drawn = set(frontend.ICONS.read_text().split())
    sources = [*ROOT.glob("app/**/*.py"), *ROOT.glob("templates/**/*.html")]
    named = {name for path in sources for name in NAMED.findall(path.read_text())}
    assert named - drawn == set()


def test_nothing_is_installed_again_while_the_lock_file_is_the_same(monkeypatch):
    monkeypatch.setattr(frontend, "_install", lambda work: pytest.fail("installed again"))
    assert frontend.ensure_installed() is False


def test_the_parts_fetch_nothing_from_elsewhere():
    for path in frontend.VENDOR.glob("*.css"):
        assert not re.search(r"@import|url\(\s*[\"']?https?:", path.read_text()), path.name
