"""What a photo must be like, in one place, and what to say when it is not.

The limits come from 2,500 real pictures; of 604 good ones they reject ten, of 38 badly blurred ones they
miss five. So a problem is advice that a person can overrule (`--accept`), except where nothing can be sent.
"""

from __future__ import annotations

import msgspec

from returnctl.evidence.measure import Measurement
from returnctl.evidence.problems import Problem


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits, each in the unit that its name ends with; see `measure.Measurement` for what they bound.

    Sharpness: below `blurry_steepness` is rejected, below `doubtful_steepness` too when the second witness,
    the Laplacian's variance, agrees; below `soft_steepness` is warned of. `looks_on_levels` is the
    colourfulness of a screen that is on.
    """

    blurry_steepness: float = 0.33
    doubtful_steepness: float = 0.40
    doubtful_laplacian_variance: float = 150
    soft_steepness: float = 0.46
    dark_level: int = 90
    dim_level: int = 120
    flat_levels: int = 50
    flat_range_levels: int = 60
    glare_gap_levels: int = 45
    glare_frame_share: float = 0.0015
    too_small_long_side_px: int = 1000
    small_long_side_px: int = 1600
    looks_on_levels: int = 40
    blank_ink_share: float = 0.001


LIMITS = Limits()

SCREENSHOT_HINT = Problem(
    code="no-screenshot",
    severity="hint",
    message="This looks like a photo, not a screenshot: make sure that the words on it can be read.",
)


def sharpness_problem(seen: Measurement, limits: Limits = LIMITS) -> Problem | None:
    """`blurry`, `soft`, a hint where there are too few edges to tell, or None."""
    steepness = seen.edge_steepness
    if steepness is None:
        return Problem(
            code="unsure",
            severity="hint",
            message="There is too little to see to tell whether it is sharp: look at it once more.",
        )
    agreed = seen.laplacian_variance < limits.doubtful_laplacian_variance
    limit = limits.doubtful_steepness if agreed else limits.blurry_steepness
    if steepness < limit:
        return Problem(
            code="blurry",
            severity="reject",
            message="The photo is blurred: hold still, tap the screen to focus, and take it again.",
            measured=round(steepness, 3),
            limit=limit,
        )
    if steepness < limits.soft_steepness:
        return Problem(
            code="soft",
            severity="warn",
            message="The photo is a little soft: if you can, hold still, tap to focus, and take it again.",
            measured=round(steepness, 3),
            limit=limits.soft_steepness,
        )
    return None


def light_problem(seen: Measurement, limits: Limits = LIMITS) -> Problem | None:
    """`dark`, `dim`, `flat`, or None."""
    if seen.bright_level < limits.dark_level:
        return Problem(
            code="dark",
            severity="reject",
            message="The photo is too dark: go to a window or turn on a lamp, and take it again.",
            measured=seen.bright_level,
            limit=limits.dark_level,
        )
    # A phone's narrow side on a white table fills too little for the one measure, and shows in the other.
    if seen.contrast_levels < limits.flat_levels and seen.range_levels < limits.flat_range_levels:
        return Problem(
            code="flat",
            severity="reject",
            message="There is hardly anything to see: wipe the lens, show the whole device, take it again.",
            measured=seen.contrast_levels,
            limit=limits.flat_levels,
        )
    if seen.bright_level < limits.dim_level:
        return Problem(
            code="dim",
            severity="warn",
            message="The photo is rather dark: more light would show the device better.",
            measured=seen.bright_level,
            limit=limits.dim_level,
        )
    return None


def glare_problem(seen: Measurement, limits: Limits = LIMITS) -> Problem | None:
    """`glare`, or None. Never a rejection: no measure of it is sure enough."""
    spot = seen.glare_share >= limits.glare_frame_share
    if not spot and seen.highlight_gap < limits.glare_gap_levels:
        return None
    return Problem(
        code="glare",
        severity="warn",
        message="There may be a reflection: if it hides part of the device, tilt it a little and try again.",
        measured=round(seen.glare_share, 4) if spot else seen.highlight_gap,
        limit=limits.glare_frame_share if spot else limits.glare_gap_levels,
    )


def size_problem(long_side: int, limits: Limits = LIMITS) -> Problem | None:
    """`too-small`, `small`, or None, for a longer side in pixels."""
    if long_side < limits.too_small_long_side_px:
        return Problem(
            code="too-small",
            severity="reject",
            message="The picture is too small to see ports and scratches: send the original from the phone.",
            measured=long_side,
            limit=limits.too_small_long_side_px,
        )
    if long_side < limits.small_long_side_px:
        return Problem(
            code="small",
            severity="warn",
            message="The picture is rather small: the phone's original would show more.",
            measured=long_side,
            limit=limits.small_long_side_px,
        )
    return None


def screen_problem(on: int, off: int | None, limits: Limits = LIMITS) -> Problem | None:
    """`looks-off` where the photo of the screen that is on is not the more colourful one (levels)."""
    if off is not None and on > off:
        return None
    if off is None and on >= limits.looks_on_levels:
        return None
    return Problem(
        code="looks-off",
        severity="hint",
        message="The screen looks off: if the device still turns on, show it with the screen lit.",
        measured=on,
        limit=limits.looks_on_levels if off is None else off,
    )


def blank_problem(seen: Measurement, limits: Limits = LIMITS) -> Problem | None:
    """`flat` for a proof with nothing on it, or None. A dark screen with a few words is not blank."""
    if seen.ink_share >= limits.blank_ink_share:
        return None
    return Problem(
        code="flat",
        severity="reject",
        message="The picture is blank: take the screenshot again while the account page is open.",
        measured=round(seen.ink_share, 5),
        limit=limits.blank_ink_share,
    )
