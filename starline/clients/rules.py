"""Pure rules about clients: age, steps of status, preferences that contradict each other."""

from datetime import date

from starline.clients.vocabulary import ClientStatus, PreferenceKind

OLDEST_AGE = 125

_FROM_CARE = frozenset(
    {ClientStatus.ON_HOLD, ClientStatus.HOSPITALISED, ClientStatus.DISCHARGED, ClientStatus.DECEASED}
)
STEPS: dict[ClientStatus, frozenset[ClientStatus]] = {
    ClientStatus.INQUIRY: frozenset({ClientStatus.ASSESSMENT, ClientStatus.DISCHARGED, ClientStatus.DECEASED}),
    ClientStatus.ASSESSMENT: frozenset({ClientStatus.ACTIVE, ClientStatus.DISCHARGED, ClientStatus.DECEASED}),
    ClientStatus.ACTIVE: _FROM_CARE,
    ClientStatus.ON_HOLD: (_FROM_CARE | {ClientStatus.ACTIVE}) - {ClientStatus.ON_HOLD},
    ClientStatus.HOSPITALISED: (_FROM_CARE | {ClientStatus.ACTIVE}) - {ClientStatus.HOSPITALISED},
    # Readmission, and putting right a death that was entered for the wrong person.
    ClientStatus.DISCHARGED: frozenset({ClientStatus.ASSESSMENT, ClientStatus.ACTIVE, ClientStatus.DECEASED}),
    ClientStatus.DECEASED: frozenset({ClientStatus.ACTIVE, ClientStatus.DISCHARGED}),
}
"""Which status may follow which."""

FORWARD = frozenset({ClientStatus.INQUIRY, ClientStatus.ASSESSMENT, ClientStatus.ACTIVE})
ENDED = frozenset({ClientStatus.DISCHARGED, ClientStatus.DECEASED})

CAREGIVER_KINDS = frozenset({PreferenceKind.WANTED_CAREGIVER, PreferenceKind.EXCLUDED_CAREGIVER})


def age(birth_date: date, on: date) -> int:
    """Completed years on the day `on`; somebody born on 29 February turns a year older on 1 March of other years."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def may_step(present: ClientStatus, to: ClientStatus) -> bool:
    return to in STEPS[present]


def needs_reason(present: ClientStatus, to: ClientStatus) -> bool:
    """Going forward explains itself; a pause, an end, and anything that takes an end back does not."""
    return to not in FORWARD or present in ENDED


def contradicts(kind: PreferenceKind, existing: PreferenceKind) -> bool:
    """Whether both wishes about one caregiver can't hold together; the same wish twice can't either."""
    return kind in CAREGIVER_KINDS and existing in CAREGIVER_KINDS
