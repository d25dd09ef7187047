"""The verdict on a picture that has just come in, by the same judges that the commands ask."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from returnctl.capture.slots import Slot
from returnctl.evidence.duplicates import Fingerprint
from returnctl.evidence.imei import shorten
from returnctl.evidence.judge import Judgement, judge_parcel, judge_proof, judge_set
from returnctl.evidence.problems import BadPicture, Problem
from returnctl.returns.state import State

_NO_IMEI = Problem(
    code="no-imei",
    severity="reject",
    message="No IMEI can be read: take it again, close, straight and without glare.",
)
_OTHER_IMEI = Problem(
    code="other-imei",
    severity="reject",
    message="This is not the IMEI of the device that was sold: is it the right device?",
)


class Verdict(Struct, frozen=True, kw_only=True):
    """`verdict` is `accepted`, `warned` or `rejected`. `may_be_kept`: a person may take a rejected one as it is.

    `found` is what was read in the picture, fit to be shown.
    """

    verdict: str
    problems: tuple[Problem, ...] = ()
    fingerprint: Fingerprint | None = None
    may_be_kept: bool = False
    found: str | None = None

    @property
    def passes(self) -> bool:
        return self.verdict != "rejected"

    @property
    def told(self) -> tuple[Problem, ...]:
        """What a person has to know: of a rejected picture why, and nothing beside it."""
        return self.problems if self.passes else tuple(p for p in self.problems if p.severity == "reject")


class Judge:
    """Judges pictures of one return, as it stood when the session began."""

    def __init__(self, state: State, known: Mapping[str, Fingerprint]) -> None:
        self._known = dict(known)
        self._imeis = state.imeis
        self._number = _tracking_number(state)

    def judge(self, slot: Slot, data: bytes, others: Mapping[str, Fingerprint]) -> Verdict:
        """The verdict on `data`; `others` are the pictures of the session's other views. Never raises."""
        known = {view: kept for view, kept in {**self._known, **others}.items() if view != slot.what}
        match slot.purpose:
            case "photos":
                judgement = judge_set({slot.what: data}, known=known, threads=1)[slot.what]
                return _verdict(judgement, may_be_kept=judgement.passes([slot.what]))
            case "proof":
                return _verdict(judge_proof(data, others=known))
            case "imei":
                return self._imei(data)
            case _:
                return self._parcel(slot, data)

    def _imei(self, data: bytes) -> Verdict:
        from returnctl.evidence.imei_pictures import read_imeis

        try:
            found = read_imeis(data, expected=self._imeis[0] if self._imeis else None)
        except BadPicture as error:
            return Verdict(verdict="rejected", problems=(error.problem,))
        if not found:
            return Verdict(verdict="rejected", problems=(_NO_IMEI,))
        read = [reading.imei.digits for reading in found]
        best = next((imei for imei in read if imei in self._imeis), read[0])
        if self._imeis and best not in self._imeis:
            return Verdict(verdict="rejected", problems=(_OTHER_IMEI,), found=shorten(best))
        return Verdict(verdict="accepted", found=shorten(best))

    def _parcel(self, slot: Slot, data: bytes) -> Verdict:
        judgement = judge_parcel({slot.what: data})[slot.what]
        verdict = _verdict(judgement)
        if slot.what != "outside" or not self._number or not verdict.passes:
            return verdict
        from returnctl.evidence.labels import verify_label

        read = verify_label(data, self._number)
        if read.problem is None:
            return replace(verdict, found="label")
        return replace(verdict, verdict="warned", problems=(read.problem, *verdict.problems))


def _verdict(judgement: Judgement, *, may_be_kept: bool = False) -> Verdict:
    return Verdict(
        verdict=judgement.verdict,
        problems=judgement.problems,
        fingerprint=judgement.fingerprint,
        may_be_kept=may_be_kept and judgement.verdict == "rejected",
    )


def _tracking_number(state: State) -> str | None:
    if state.label:
        return state.label.tracking_number
    return state.sent.get("ship", {}).get("tracking_number")
