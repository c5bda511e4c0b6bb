"""A board: cards in stages, moved by dragging, by a key, or by a plain form. Drawn by `ui/board.html`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Card:
    """One thing that goes through the stages. `targets` are the names of the stages it may be moved to."""

    id: str
    title: str
    url: str
    lines: tuple[str, ...] = ()
    """Quiet facts below the title, one line each."""
    note: str = ""
    """One short word at the foot: how long it has been here, when it is due."""
    tone: str = "plain"
    """Of the note: good, warn, bad, info or plain."""
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One column of the board. `count` says how many there are where not all are shown."""

    name: str
    label: str
    cards: Sequence[Card] = ()
    count: int = 0
    hint: str = ""
    """What the column says where nothing is in it."""
    tone: str = "plain"
    more_url: str | None = None
    """The list of all, where the board shows only the newest."""


@dataclass(frozen=True, slots=True)
class Board:
    """What the template draws. A move is `POST move_url` with the stage's name as `stage`.

    `move_url` holds `{id}`. The page that receives it answers with a redirect: back to the board, or to a form where
    the new stage asks for more (a reason, a date); the script follows either way.
    """

    label: str
    move_url: str
    stages: Sequence[Stage] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        return not any(stage.cards for stage in self.stages)

    def labels(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """(name, label) of these stages, in the board's order."""
        wanted = set(names)
        return [(stage.name, stage.label) for stage in self.stages if stage.name in wanted]

    def address_of_move(self, card: Card) -> str:
        return self.move_url.format(id=card.id)
