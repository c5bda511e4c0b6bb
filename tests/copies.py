"""The database of one worker: untouched, or with the cast of the isolation tests in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

from app.platform.local import databases
from tests import database as test_database
from tests.caches import forget_everything
from tests.canaries import Watch


class Copy:
    """This worker's database, which each module of tests finds as if nothing had been committed to it before."""

    def __init__(self, server: Any, name: str, watch: Watch) -> None:
        self.server, self.name, self.watch = server, name, watch
        self.exists = self.is_untouched = False
        self.template = test_database.ensure_template(server)
        self._kept: tuple[Any, datetime] | None = None

    def refresh(self) -> None:
        """Make the database a fresh copy of the template if a test has committed to it since."""
        if not self.is_untouched:
            self._become(self.template)
            self.is_untouched = True

    def with_cast(self, application: Any) -> Any:
        """The cast, in a database that holds it alone. It takes seconds to assemble, so that is done once and copied."""
        from starline.core import clock
        from tests.isolation.cast import assemble

        self.refresh()
        self.is_untouched = False
        if self._kept is None:
            made = assemble(application)
            self._kept = _copied(made), clock.now()
            self._end_connections()
            test_database.copy_template(self.server, self.name, self._cast_name)
            _replace(self._cast_folder, _outside())
            return made
        made, since = self._kept
        self._become(self._cast_name)
        for folder in _outside():
            _replace(folder.parent, [self._cast_folder / folder.name])
        with databases.superuser(self.server, self.name) as run:
            run.execute("SET session_replication_role = replica")  # no trigger tells of it
            run.execute("UPDATE user_sessions SET last_seen_at = last_seen_at + %s", (clock.now() - since,))
        return _copied(made)

    def look(self) -> None:
        """Looks for words in the queues of the database that is about to go, and in what was written beside it."""
        if self.exists:
            with databases.superuser(self.server, self.name) as cursor:
                self.watch.look_into_queues(cursor)
            self.watch.look_into_files(_outside()[0].parent)

    def look_everywhere(self) -> None:
        """The same, and in every table."""
        self.look()
        if self.exists:
            with databases.superuser(self.server, self.name) as cursor:
                self.watch.look_into_database(cursor)

    @property
    def _cast_name(self) -> str:
        return f"{self.name}_cast"

    @property
    def _cast_folder(self) -> Path:
        return _outside()[0].with_name("cast")

    def _become(self, template: str) -> None:
        """A copy of another database, without files, of which nothing is known in this process."""
        self._end_connections()
        self.look()
        test_database.copy_template(self.server, template, self.name)
        for folder in _outside()[:2]:
            shutil.rmtree(folder, ignore_errors=True)
        forget_everything()
        self.exists = True

    def _end_connections(self) -> None:
        from starline.core import db

        db.session.remove()
        db.engine().dispose()


def _outside() -> list[Path]:
    """What an agency has beside its rows: files, heads of its audit, and the secrets that its keys are sealed under."""
    from config import settings

    chosen = settings()
    return [Path(one) for one in (chosen.files_dir, chosen.audit_heads_dir, Path(chosen.field_key_file).parent)]


def _replace(parent: Path, folders: Iterable[Path]) -> None:
    """Copies of the folders in `parent`, in place of those that were there."""
    for folder in folders:
        shutil.rmtree(parent / folder.name, ignore_errors=True)
        if folder.exists():
            shutil.copytree(folder, parent / folder.name)


def _copied(cast: Any) -> Any:
    """A cast that what a test does to another one doesn't change; the application is the same."""
    return deepcopy(cast, {id(cast.application): cast.application})
