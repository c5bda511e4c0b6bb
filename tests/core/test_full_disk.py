"""A full disk: what can't be kept is refused with a sentence or waits, and leaves nothing half-written behind."""

import errno
from pathlib import Path
from typing import Any

import pytest

from starline.core import mail
from starline.core.adapters.local_files import LocalFiles
from starline.core.adapters.mail_folder import MailFolder
from starline.core.errors import Unavailable

MESSAGE = mail.Message("a@b.example", "c@d.example", "Subject", "Text", "<p>Text</p>", "0" * 40)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every write finds no room once its file is there."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    monkeypatch.setattr("os.fsync", refuse)


def test_a_file_that_finds_no_room_is_refused_for_now(tmp_path: Path, full: None) -> None:
    with pytest.raises(Unavailable):
        LocalFiles(tmp_path).put("organizations/a/b", b"content", "text/plain")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_mail_that_finds_no_room_fails_and_leaves_nothing(tmp_path: Path, full: None) -> None:
    with pytest.raises(OSError, match="No space"):
        MailFolder(tmp_path).send(MESSAGE)
    assert list(tmp_path.iterdir()) == []
