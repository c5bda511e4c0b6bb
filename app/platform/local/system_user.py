"""PostgreSQL refuses to run as root: where the caller is root, an unprivileged system user runs it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

SYSTEM_USER = "starline-db"
SYSTEM_HOME = Path("/var/lib/starline")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Who runs the database server; `uid` is None when the caller does so itself."""

    uid: int | None = None
    gid: int | None = None

    def run(self, arguments: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        """Runs a program as this user, from a directory it can enter; returns its output as text."""
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(arguments, cwd="/", text=True, **options)  # type: ignore[call-overload, no-any-return]

    def give(self, path: Path, mode: int) -> None:
        """Makes this user the owner of a file or directory."""
        path.chmod(mode)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_start(self, program: Path) -> bool:
        """Whether this user may execute a program."""
        try:
            return self.run([str(program), "--version"], check=False, capture_output=True).returncode == 0
        except PermissionError:
            return False

    def can_enter(self, directory: Path) -> bool:
        """Whether this user may reach a directory through all its parents."""
        if self.uid is None:
            return True
        return self.run(["test", "-x", str(directory)], check=False).returncode == 0


@cache
def server_user() -> ServerUser:
    """The caller, or for root a system user of our own (`nobody` where none can be made)."""
    if os.geteuid() != 0:
        return ServerUser()
    entry = _entry(SYSTEM_USER) or _create(SYSTEM_USER) or pwd.getpwnam("nobody")
    return ServerUser(entry.pw_uid, entry.pw_gid)


@cache
def reachable(directory: Path) -> Path:
    """The directory itself if the server's user can enter it, else a stand-in for it under `/var/lib/starline`."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    if server_user().can_enter(directory.parent):
        return directory
    name = sha256(str(directory).encode()).hexdigest()[:12]
    stand_in = SYSTEM_HOME / name / directory.name
    stand_in.parent.mkdir(parents=True, exist_ok=True)
    for parent in (SYSTEM_HOME, stand_in.parent):
        parent.chmod(0o755)
    return stand_in


def runnable_copy(programs: Path, libraries: Path, *, version: str) -> Path:
    """Where the server's user can execute `programs`: there, or in a copy beside a copy of its `libraries`."""
    if server_user().can_start(programs / "postgres"):
        return programs
    home = SYSTEM_HOME / f"postgres-{version}"
    copy = home / programs.relative_to(libraries.parent)
    if not (home / "complete").exists():
        shutil.copytree(programs.parent, copy.parent, dirs_exist_ok=True)
        shutil.copytree(libraries, home / libraries.name, dirs_exist_ok=True)
        for path in [SYSTEM_HOME, home, *home.rglob("*")]:
            path.chmod(0o755)
        (home / "complete").touch()
    return copy


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create(name: str) -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        return None
    arguments = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    subprocess.run([*arguments, name], check=False, capture_output=True)
    return _entry(name)
