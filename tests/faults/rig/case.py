"""One case: a scene on an order of its own, something that happens to it, and whether all ends well."""

from __future__ import annotations

import os

from tests.faults.rig.bench import Bench
from tests.faults.rig.forks import DOCUMENTED, KILLED, Ran
from tests.faults.rig.layer import Blow
from tests.faults.rig.scenes import Scene

#: How often a command is run again before a case counts as one that never ends.
TRIES = 6
#: What is counted of an order; attachments follow from messages.
_ONCE = ("returns", "messages", "attachments", "labels", "pickups", "tracking_numbers", "parcels_cancelled",
         "pickups_cancelled", "problems")  # fmt: skip


class Failure(Exception):
    """What a sweep is there to find."""


class Case:
    """`prepare`, then `strike`, then `recover`: each raises Failure where a promise is broken."""

    def __init__(self, bench: Bench, scene: Scene, *, faces: str = "none", lagging: bool = False) -> None:
        self._bench = bench
        self._scene = scene
        self._faces = faces
        self._lagging = lagging
        self._said: list[str] = []
        self.order = ""
        self.doubted = False
        #: How many the door has seen while it was struck.
        self.requests = 0

    def prepare(self) -> None:
        bench, scene = self._bench, self._scene
        os.environ["RETURNCTL_PROFILE"] = scene.profile
        bench.plain()
        if scene.alone:
            bench.anew()
        self.order = bench.fresh(scene.seeded) if scene.seeded else bench.order()
        bench.run_all([self._added(line) for line in scene.before], self.order)
        self._before = bench.ledger(self.order)

    def strike(self, blow: Blow | None = None, *, count: bool = False, patient: bool = True) -> Ran:
        """The command, with what happens to it; the record can be read whatever that is."""
        if self._faces != "none":
            self._bench.through(self._faces)
        ran = self._run(self._scene.line, blow, count=count, short=self._faces == "slow" or not patient)
        self.requests = self._bench.door.counts[0]
        self._bench.through("blind") if self._lagging else self._bench.plain()
        if ran.exit == KILLED and blow is None:
            raise self._failure("it was killed by nobody")
        self._check_record()
        self.check_at_most_once()
        return ran

    def recover(self) -> None:
        """The same command until it is done. What stays in doubt is ended by the word of somebody who looks."""
        for _ in range(TRIES):
            ran = self._run(self._scene.line)
            self._check_record()
            self.check_at_most_once()
            if ran.exit in self._scene.ends:
                break
            if ran.exit == 9:
                self._stay_in_doubt()
                self._be_told()
        else:
            raise self._failure("it never ends")
        self._check_done()

    def check_at_most_once(self) -> None:
        for name, count in self._gained().items():
            if count > self._scene.gains.get(name, 0):
                raise self._failure(f"{count} {name}, {self._scene.gains.get(name, 0)} wanted")

    def _check_done(self) -> None:
        gained = {name: count for name, count in self._gained().items() if count}
        if gained != self._scene.gains:
            raise self._failure(f"{gained} in the end, {self._scene.gains} wanted")
        self._bench.plain()
        again = self._run(self._scene.line)
        if again.exit not in self._scene.ends or self._gained() != self._gained_before(gained):
            raise self._failure("once more did something")
        if not self._bench.folder(self.order).exists():
            return
        if self._bench.doubts(self.order):
            raise self._failure("a doubt is left")
        if unsound := self._bench.unsound(self.order):
            raise self._failure(f"unsound: {unsound}")

    def _gained_before(self, gained: dict[str, int]) -> dict[str, int]:
        return {name: gained.get(name, 0) for name in _ONCE}

    def _stay_in_doubt(self) -> None:
        """It is shown as in doubt, and buys or posts nothing meanwhile, however often it is run."""
        self.doubted = True
        before = self._gained()
        for line in (self._scene.line, "resolve {order}") if self._lagging else ("resolve {order}",):
            if self._run(line).exit == 0 and self._lagging:
                raise self._failure("not finding was taken for an answer")
        if self._gained() != before:
            raise self._failure("something was done while it was in doubt")
        shown = self._bench.forks.call(["status", self.order, "--json"])
        if shown.exit != 0:
            raise self._failure(f"status: {shown}")

    def _be_told(self) -> None:
        """Somebody looks at the service's website, and says what they see."""
        shown = self._bench.forks.call(["status", self.order, "--json"]).json["returns"][0]["in_doubt"]
        if not shown:
            return
        happened = self._happened(shown[0]["step"])
        word = "--did-not-happen"
        if happened:
            bought = (
                self._bench.bought(self.order)
                if shown[0]["step"] == "label" and "labels" in self._scene.gains
                else []
            )
            word = " ".join(["--happened", *bought])
        ran = self._run(f"resolve {{order}} {word}")
        if ran.exit != 0:
            raise self._failure("a person's word was not taken")
        self._check_record()

    def _happened(self, step: str) -> bool:
        """What the doubt is about is the first thing of the scene that it may have done."""
        about = {"label": ("labels", "parcels_cancelled"), "pickup": ("pickups", "pickups_cancelled"),
                 "report-problem": ("problems",)}  # fmt: skip
        gained = self._gained()
        return any(gained[name] for name in about.get(step, ("messages", "returns", "tracking_numbers")))

    def _gained(self) -> dict[str, int]:
        now = self._bench.ledger(self.order)
        return {name: now[name] - self._before[name] for name in _ONCE}

    def _check_record(self) -> None:
        if wrong := self._bench.unreadable(self.order):
            raise self._failure(f"unreadable: {wrong}")

    def _run(self, line: str, blow: Blow | None = None, *, count: bool = False, short: bool = False) -> Ran:
        words = self._bench.words(self._added(line), self.order)
        forks = self._bench.forks
        ran = (
            forks.run(words, blow, count=count, short=short) if blow or count or short else forks.call(words)
        )
        self._said.append(str(ran))
        if ran.exit not in DOCUMENTED or "Traceback" in ran.stderr:
            raise self._failure(f"exit {ran.exit}")
        return ran

    @staticmethod
    def _added(line: str) -> str:
        return line if line.startswith("resolve") else f"{line} --yes --no-input"

    def _failure(self, words: str) -> Failure:
        said = "\n".join(self._said[-6:])
        return Failure(
            f"{self._scene.name} ({self._faces}{', lagging' if self._lagging else ''}): {words}\n{said}"
        )
