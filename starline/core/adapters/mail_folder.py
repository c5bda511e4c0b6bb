"""Mail of the embedded set-up: each message becomes an `.eml` and a `.json` file, which the outbox page shows.

It is its own stand-in in tests.
"""

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starline.core import clock
from starline.core.adapters.smtp import mime

if TYPE_CHECKING:
    from starline.core.mail import Message

KEY = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A message as the folder keeps it."""

    key: str
    at: datetime
    to: str
    sender: str
    subject: str
    template: str
    text: str
    html: str

    @property
    def links(self) -> list[str]:
        """The addresses in its text, in order."""
        return re.findall(r"https?://[^\s<>\"]+", self.text)


class MailFolder:
    """Writes mail to a directory; the same message sent twice is there once."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, message: "Message") -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        described = {name: value for name, value in asdict(message).items() if name != "reply_to"}
        described["at"] = clock.now().isoformat()
        self._write(f"{message.key}.eml", mime(message).as_bytes())
        self._write(f"{message.key}.json", json.dumps(described, indent=1).encode())

    def kept(self) -> list[KeptMail]:
        """Every message, newest first."""
        found = [self._read(path) for path in self.directory.glob("*.json")]
        return sorted(found, key=lambda mail: mail.at, reverse=True)

    def find(self, key: str) -> KeptMail | None:
        """The message with this key; None where there is none."""
        path = self.directory / f"{key}.json"
        return self._read(path) if KEY.fullmatch(key) and path.exists() else None

    def _read(self, path: Path) -> KeptMail:
        described = json.loads(path.read_text())
        return KeptMail(**described | {"at": datetime.fromisoformat(described["at"]).astimezone(UTC)})

    def _write(self, name: str, content: bytes) -> None:
        draft = self.directory / f".{name}.{os.getpid()}"
        try:
            draft.touch(mode=0o600)
            draft.write_bytes(content)
            draft.replace(self.directory / name)
        finally:
            draft.unlink(missing_ok=True)
