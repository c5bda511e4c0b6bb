"""How an application may move, and what the figures of the pipeline say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starline.staff.vocabulary import ApplicantStage

Stage = ApplicantStage
WAY = (Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW, Stage.OFFER, Stage.HIRED)
"""The stages in their order; rejected may follow each of them but the last."""

TARGETS: Mapping[ApplicantStage, tuple[ApplicantStage, ...]] = {
    Stage.APPLIED: (Stage.SCREENING, Stage.INTERVIEW, Stage.REJECTED),
    Stage.SCREENING: (Stage.APPLIED, Stage.INTERVIEW, Stage.REJECTED),
    Stage.INTERVIEW: (Stage.SCREENING, Stage.OFFER, Stage.REJECTED),
    Stage.OFFER: (Stage.INTERVIEW, Stage.HIRED, Stage.REJECTED),
    Stage.HIRED: (),
    Stage.REJECTED: (Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW),
}
"""Nobody is hired without an offer, and a hire isn't taken back here: the employment is ended instead."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Of those who came as far as `stage`, how many went on."""

    stage: ApplicantStage
    reached: int
    went_on: int

    @property
    def percent(self) -> int | None:
        """None where nobody came so far."""
        return round(self.went_on * 100 / self.reached) if self.reached else None


def may_move(now: ApplicantStage, to: ApplicantStage) -> bool:
    return to in TARGETS[now]


def conversions(furthest: Iterable[ApplicantStage]) -> list[Conversion]:
    """From how far each applicant came (those rejected: the stage before), how many went on from each stage."""
    ranks = [WAY.index(one) for one in furthest]
    reached = [sum(rank >= number for rank in ranks) for number in range(len(WAY))]
    return [Conversion(stage, reached[number], reached[number + 1]) for number, stage in enumerate(WAY[:-1])]
