#!/usr/bin/env python3
"""Everything a machine needs to run or test Starline: `python3 run.py [run|test|trust|check|screenshots|help|clean]`.

Uses the standard library alone until the virtual environment exists.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
TRUST_VENV = os.path.join(ROOT, ".venv-trust")
OLDEST = (3, 11)
NEWER = ("python3.11", "python3.12", "python3.13", "python3.14")

CHECKS = (
    ("ruff check", ["-m", "ruff", "check", "."]),
    ("ruff format", ["-m", "ruff", "format", "--check", "."]),
    ("mypy", ["-m", "mypy"]),
    ("import-linter", ["-c", "from importlinter.cli import lint_imports_command as c; c()"]),
    ("bandit", ["-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "."]),
    ("house rules", ["-m", "tests.house_rules"]),
    ("tests", ["-m", "pytest", "-n", "3"]),  # on two cores: some tests wait for processes more than they work
)
HELP = """\
make run      install what is missing, start everything, print the addresses (PORT=8081 changes the port)
make test     the whole test suite; ARGS='tests/setup -k name' chooses
make trust    the long proofs: faults under load, attack tools, new cases for the properties (hours)
make check    what CI runs: format, lint, types, layers, house rules, tests
make screenshots   twenty screens of the demo agency, drawn to docs/screens/ (needs chromium)
make clean    stop the embedded PostgreSQL and remove .venv and var (the data too)

Without make: python3 run.py run | test | trust | check | screenshots | clean
"""


def main(arguments):
    """Runs one command; returns its exit status."""
    command, rest = (arguments or ["run"])[0], arguments[1:]
    os.chdir(ROOT)
    if command in ("help", "-h", "--help"):
        print(HELP)
        return 0
    use_new_enough_python(arguments)
    if command == "run":
        install("requirements.txt")
        os.execv(PYTHON, [PYTHON, "-m", "app.platform.local.processes", *rest])
    if command == "test":
        install("requirements-dev.txt")
        install_frontend()
        os.execv(PYTHON, [PYTHON, "-m", "pytest", *(rest or ["-n", "auto"])])
    if command == "trust":
        install("requirements-dev.txt")
        install("requirements-trust.txt", TRUST_VENV)
        install_frontend()
        os.environ.setdefault("STARLINE_TEST_CASES", "1000")
        os.execv(PYTHON, [PYTHON, "-m", "pytest", "-m", "trust or hypothesis", *rest])
    if command == "check":
        install("requirements-dev.txt")
        install_frontend()
        return check()
    if command == "screenshots":
        install("requirements-dev.txt")
        os.execv(PYTHON, [PYTHON, "-m", "tests.screenshots", *rest])
    if command == "clean":
        return clean()
    print(f"There is no command {command!r}.\n\n{HELP}")
    return 2


def use_new_enough_python(arguments):
    """Starts over with a newer Python of this machine where this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, os.path.join(ROOT, "run.py"), *arguments])
    version = ".".join(str(part) for part in sys.version_info[:2])
    stop(f"Starline needs Python 3.11 or newer, and this is {version}: install it (Debian: apt-get install python3).")


def install(requirements, folder=VENV):
    """Makes a virtual environment and installs the requirements, where they changed since the last time."""
    python, marker = os.path.join(folder, "bin", "python"), os.path.join(folder, "installed-" + requirements)
    wanted = fingerprint("requirements.txt", requirements)
    if works(python) and read(marker) == wanted:
        return
    if not works(python):
        make_environment(folder)
    print(f"Installing {requirements} (a minute or two the first time) ...", flush=True)
    pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", requirements]
    if subprocess.call(pip):
        stop("The packages couldn't be installed: see above. The package index must be reachable the first time.")
    with open(marker, "w") as file:
        file.write(wanted)


def install_frontend():
    """Installs what pages load from other projects, where it changed."""
    if subprocess.call([PYTHON, "-m", "app.platform.local.frontend"]):
        stop("The front-end parts couldn't be installed: see above.")


def make_environment(folder):
    """Makes a virtual environment, or says which system package is missing."""
    name = os.path.basename(folder)
    print(f"Making the virtual environment {name} ...", flush=True)
    if os.path.exists(folder):
        shutil.rmtree(folder, ignore_errors=True)
        if os.path.exists(folder):
            stop(f"The directory {name} can't be used nor removed by this user: remove it, or run as its owner.")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    try:
        import ensurepip  # noqa: F401
        import venv

        venv.create(folder, with_pip=True, symlinks=True)
    except PermissionError:
        stop(f"This user may not write to {ROOT}: copy the tree to a place of your own.")
    except (ImportError, subprocess.CalledProcessError):
        shutil.rmtree(folder, ignore_errors=True)
        stop(
            f"This Python can't make virtual environments: install its venv module "
            f"(Debian and Ubuntu: apt-get install python{version}-venv), then run this again."
        )


def check():
    """Every check, the whole list even after a failure. Returns 0 when all are well."""
    failed = []
    for name, arguments in CHECKS:
        print(f"\n--- {name}", flush=True)
        if subprocess.call([PYTHON, *arguments]):
            failed.append(name)
    print("\n" + ("All checks are well." if not failed else "Failed: " + ", ".join(failed)), flush=True)
    return 1 if failed else 0


def clean():
    """Stops the embedded servers and removes what was made here."""
    if works(PYTHON):
        for options in ([], ["--test"]):
            subprocess.call([PYTHON, "-m", "app.platform.local.postgres", "remove", *options])
    for name in (".venv", ".venv-trust", "var", os.path.join("app", "static", "vendor")):
        shutil.rmtree(os.path.join(ROOT, name), ignore_errors=True)
    return 0


def works(python):
    """Whether a Python can be started: it can't where the one it was made from is gone."""
    try:
        return subprocess.call([python, "-c", "import pip"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def fingerprint(*names):
    """A hash over requirement files and the version of Python."""
    content = "".join(read(os.path.join(ROOT, name)) for name in names)
    return hashlib.sha256(f"{sys.version_info[:2]}{content}".encode()).hexdigest()


def read(path):
    """The text of a file; empty where there is none."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def stop(sentence):
    """Ends the program with a sentence for the person before it."""
    sys.exit(sentence)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
