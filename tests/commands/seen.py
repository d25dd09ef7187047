"""What was seen once in a file is remembered: commands are shown the same few pictures and labels over and over.

What the looks themselves find is tested where they live (tests/evidence, tests/documents), each time anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pytest

from returnctl.documents import guard
from returnctl.evidence import eyes, judge
from returnctl.evidence.look import Look
from returnctl.evidence.problems import Problem

#: Those that look at one file; a set is judged from its looks.
_ONE_FILE = {"clean_copy", "verify_label", "read_imeis"}


class Seen:
    """By the function that looked, the file's name and bytes, and what else was asked. Only answers are kept."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}

    def forget(self) -> None:
        """For a test of the looks themselves: each is taken anew."""
        self._answers.clear()

    def put(self, patch: pytest.MonkeyPatch) -> None:
        """Stand between the commands and the looks."""
        function, look_at_all, run = eyes.function, judge.look_at_all, guard.run

        def remembered(job: str) -> Any:
            look = function(job)
            return self._remembering(look) if job in _ONE_FILE else look

        def looks(wanted: list[tuple[Path | bytes, bool]], **options: Any) -> list[Look | Problem]:
            names = [(_name(path, look_at_all), colours) for path, colours in wanted]
            strange = [at for at, name in enumerate(names) if name not in self._answers]
            found = look_at_all([wanted[at] for at in strange], **options)
            self._answers.update({names[at]: look for at, look in zip(strange, found, strict=True)})
            return [self._answers[name] for name in names]

        def opened(job: guard.Job, data: bytes, **options: Any) -> guard.Reply:
            return self._kept(
                (run, job, hashlib.sha256(data).digest(), *options.items()), run, job, data, **options
            )

        patch.setattr(eyes, "function", remembered)
        patch.setattr(judge, "look_at_all", looks)
        patch.setattr(guard, "run", opened)

    def _remembering(self, look: Callable[..., Any]) -> Callable[..., Any]:
        def remembered(*, source: Path, **options: Any) -> Any:
            return self._kept((_name(source, look), *options.items()), look, source=source, **options)

        return remembered

    def _kept(self, name: Hashable, look: Callable[..., Any], *given: Any, **options: Any) -> Any:
        if name not in self._answers:
            self._answers[name] = look(*given, **options)
        return self._answers[name]


def _name(source: Path | bytes, look: object) -> Hashable:
    try:
        content = source.read_bytes() if isinstance(source, Path) else source
    except OSError:
        return object()  # like nothing else
    return look, source.name if isinstance(source, Path) else "", hashlib.sha256(content).digest()
