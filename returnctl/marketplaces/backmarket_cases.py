"""A Care folder and its BackShip parcel, as the case that all marketplaces have."""

from __future__ import annotations

from collections.abc import Sequence

from returnctl.carriers.reading import moment
from returnctl.marketplaces.backmarket_values import CareLabel, Folder, Shipment
from returnctl.marketplaces.backmarket_words import (
    carrier_of,
    damage_of,
    kind_of,
    label_state,
    reason_of,
    wish_of,
)
from returnctl.marketplaces.base import Case, Line, Order, RemoteLabel, RemoteTracking


def case_of(folder: Folder, shipments: Sequence[Shipment]) -> Case:
    """The case; label and tracking number are those of the folder's own line."""
    parcel = of_line(shipments, folder.line)
    return Case(
        case=folder.case,
        order=folder.order,
        line=folder.line,
        open=folder.open,
        reason=reason_of(folder.tags, folder.issues),
        wants=wish_of(folder.resolution),
        damage=damage_of(folder.warranty),
        description=", ".join(folder.issues) or None,
        opened_at=folder.opened_at,
        label=_label(chosen_label(folder), parcel),
        tracking=_tracking(parcel),
    )


def chosen_label(folder: Folder) -> CareLabel | None:
    """The label for the buyer's way back: a living one before others, the newest of them."""
    usable = [label for label in folder.labels if label.kind in ("CUSTOMER_TO_MERCHANT", "UNSET", "")]
    return max(usable, key=lambda label: (label.state == "ALIVE", moment(label.at)), default=None)


def line_of(folder: Folder, order: Order) -> Line:
    """The folder's line of its order, its kind of device by the folder's category where that tells it."""
    found = next((line for line in order.lines if line.line == folder.line), None)
    title = found.title if found else ""
    return Line(
        line=folder.line,
        title=title,
        kind=kind_of(folder.category, title),
        brand=found.brand if found else None,
        model=found.model if found else None,
        imeis=found.imeis if found else (),
        serial=found.serial if found else None,
        delivered_on=found.delivered_on if found else None,
    )


def of_line(shipments: Sequence[Shipment], line: str) -> Shipment | None:
    """The newest of the line's parcels."""
    return next((one for one in shipments if line in one.lines), None)


def _label(label: CareLabel | None, parcel: Shipment | None) -> RemoteLabel | None:
    if label is None and not (parcel and parcel.label):
        return None
    number = parcel.tracking_number if parcel else ""
    used = "used" if parcel and parcel.scanned else "alive"
    return RemoteLabel(
        state=label_state(label.state) if label else used,
        carrier=carrier_of(parcel.carrier_name if parcel else "", number),
        tracking_number=number,
    )


def _tracking(parcel: Shipment | None) -> RemoteTracking | None:
    """The number, once the parcel is on its way: it has one from the moment that there is a label."""
    if parcel is None or not parcel.tracking_number or not (parcel.scanned or parcel.picked_up_at):
        return None
    return RemoteTracking(
        carrier=carrier_of(parcel.carrier_name, parcel.tracking_number),
        tracking_number=parcel.tracking_number,
        sent_on=(parcel.picked_up_at or "")[:10] or None,
    )
