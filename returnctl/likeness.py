"""What a return has kept, as the judges of new pictures want it."""

from __future__ import annotations

import msgspec

from returnctl.evidence.duplicates import Fingerprint
from returnctl.forms import ready
from returnctl.returns.events import PhotoKept
from returnctl.returns.held import Return


def known(held: Return) -> dict[str, Fingerprint]:
    """The fingerprint of each photo that was kept last, by view."""
    return {
        entry.what.view: msgspec.convert(entry.what.fingerprint, ready(Fingerprint))
        for entry in held.record.entries()
        if isinstance(entry.what, PhotoKept) and entry.what.fingerprint
    }
