"""Which picture is which view: by option, by file name, or by the order in which they were taken."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from returnctl.app import App
from returnctl.errors import Declined, Usage
from returnctl.evidence.assign import Assignment, assign_views, in_order, list_pictures, view_of
from returnctl.returns import devices


class Choice(Struct, frozen=True, kw_only=True):
    """What a person gives. `explicit` is --view, `without` the views that can't be taken."""

    files: tuple[Path, ...] = ()
    explicit: dict[str, Path] = {}
    in_order: bool = False
    without: tuple[str, ...] = ()
    ignore_others: bool = False


def choose(app: App, kind: str, choice: Choice) -> Assignment:
    """The pictures by view, for this kind of device. Raises Usage where one is unclear, Declined."""
    views = devices.views(kind)
    for view in choice.without:
        if view not in views:
            raise Usage(f"--without {view}: a {kind} has no such view.", hint=f"one of {', '.join(views)}")
    files, ignored = _files(choice.files)
    for path in choice.explicit.values():
        if not path.is_file():
            raise Usage(
                f"{path}: there is no such picture.", hint="give VIEW=FILE with a picture that is there"
            )
    if choice.in_order:
        wanted = tuple(view for view in views if view not in choice.without)
        assignment = in_order(files, wanted)
        app.say("By the time they were taken:")
        for view, path in assignment.by_view.items():
            app.say(f"  {view}: {path.name}")
        if not app.options.dry_run and not app.confirm("Is each picture at its view?"):
            raise Declined(
                "Nothing was sent.", hint="name the views with --view VIEW=FILE, or by the files' names"
            )
        return assignment
    assignment = assign_views(files, views, explicit=choice.explicit)
    for view, paths in assignment.clashes.items():
        names = " and ".join(path.name for path in paths)
        raise Usage(
            f"Two pictures are named for {view}: {names}.", hint=f"choose one with --view {view}=FILE"
        )
    if assignment.elsewhere:
        names = ", ".join(path.name for path in assignment.elsewhere)
        app.say(f"Left for another step: {names}")
    left_over = (path for path in assignment.unassigned if view_of(path, views) not in choice.explicit)
    others = [*(path.name for path in left_over), *ignored]
    if others and not choice.ignore_others:
        raise Usage(
            f"Which view is this? {', '.join(others[:8])}{' …' if len(others) > 8 else ''}",
            hint=f"name files after their view ({', '.join(views)}), use --view VIEW=FILE, or --ignore-others",
        )
    return assignment


def _files(given: Iterable[Path]) -> tuple[list[Path], list[str]]:
    files: list[Path] = []
    ignored: list[str] = []
    for path in given:
        if path.is_dir():
            listing = list_pictures(path)
            files += listing.files
            ignored += [
                f"{entry.path.name} ({entry.reason})" for entry in listing.ignored if entry.reason != "hidden"
            ]
        elif path.exists():
            files.append(path)
        else:
            raise Usage(f"{path}: there is no such file.", hint="give pictures, or a folder of pictures")
    return files, ignored
