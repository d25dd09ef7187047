"""Drop-off points near a place: read-only, and without any return if need be."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field, to_builtins

from returnctl.app import App
from returnctl.carriers import CODES, NAMES, tracking_number
from returnctl.carriers.base import Can, Near
from returnctl.errors import ReturnctlError, Usage
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns.reference import Reference
from returnctl.settings import Profile


class Point(Struct, frozen=True, kw_only=True):
    carrier: str
    name: str
    address: str
    distance_km: float | None
    open_today: bool | None
    hours: dict[str, str]


class PointsResult(Result, kw_only=True):
    points: tuple[Point, ...] = ()
    links: dict[str, str] = field(default_factory=dict)

    def for_people(self) -> Iterable[str | Table]:
        rows = [
            (NAMES.get(point.carrier, point.carrier), point.name, point.address, _far(point), _today(point))
            for point in self.points
        ]
        if rows:
            yield Table(("carrier", "name", "address", "km", "today"), rows)
        yield from (f"{NAMES[carrier]}: {link}" for carrier, link in self.links.items())


def run(app: App, reference: Reference | None, near: str | None, carrier: str | None) -> PointsResult:
    """Ask the carriers that can be asked; for the others give their page."""
    profile, known = _whose(app, reference)
    place = Near.parse(near or app.ask("A postcode, or city and state", "--near"))
    wanted = [carrier or known] if carrier or known else list(CODES)
    found: list[Point] = []
    links: dict[str, str] = {}
    problems: list[ReturnctlError] = []
    for code in wanted:
        if code not in CODES:
            raise Usage(
                f"--carrier {code}: returnctl knows no drop-off points of it.", hint="ups, usps or fedex"
            )
        client = app.carrier(code, profile)
        if not (client.has_credentials and Can.POINTS in client.carrier.can):
            links[code] = tracking_number.DROP_OFF_PAGES[code]
            continue
        try:
            found += (Point(**to_builtins(place)) for place in client.points(place, app.now(profile)))
        except ReturnctlError as error:
            problems.append(error)
            app.warn(f"{NAMES[code]}: {error.message}")
            links[code] = tracking_number.DROP_OFF_PAGES[code]
    if problems and len(problems) == len(wanted):
        raise problems[0]
    found.sort(key=lambda point: (point.distance_km is None, point.distance_km))
    return PointsResult(points=tuple(found), links=links)


def _whose(app: App, reference: Reference | None) -> tuple[Profile, str | None]:
    if reference is None:
        return app.chosen_profile(), None
    state = app.workspace.state(app.workspace.find(reference))
    carrier = state.label.carrier if state.label else None
    return app.profile_of(state), carrier if carrier in CODES else None


def _far(point: Point) -> str:
    return "" if point.distance_km is None else f"{point.distance_km:.1f}"


def _today(point: Point) -> str:
    return {True: "open", False: "closed", None: ""}[point.open_today]
