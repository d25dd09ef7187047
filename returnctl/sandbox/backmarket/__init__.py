"""Back Market's seller API: written from its published specification and from what integrators saw of it."""

from __future__ import annotations

from returnctl.sandbox.backmarket import (
    backship,
    folders,
    media,
    messages,
    orders,
    problems,
    refunds,
    transfers,
)
from returnctl.sandbox.backmarket.edge import Firewall
from returnctl.sandbox.backmarket.errors import error
from returnctl.sandbox.backmarket.gate import authorize, limited
from returnctl.sandbox.web import Route, Service

SERVICE = Service(
    name="backmarket",
    prefix="/backmarket",
    authorize=authorize,
    error=error,
    edge=Firewall(),
    retry_after=None,
)
_list = limited("list", folders.listing)

ROUTES = (
    Route(method="GET", rule="/ws/orders", handler=orders.listing),
    Route(method="GET", rule="/ws/orders/<order>", handler=orders.read),
    Route(method="PATCH", rule="/ws/orderlines/<orderline>", handler=orders.patch),
    Route(method="GET", rule="/ws/sav", handler=_list),
    Route(method="GET", rule="/ws/sav/", handler=_list),  # the published `next` has this slash
    Route(method="GET", rule="/ws/sav/<folder>", handler=limited("detail", folders.read)),
    Route(method="POST", rule="/ws/sav/<folder>/msg", handler=limited("msg", messages.write)),
    Route(method="POST", rule="/ws/sav/<folder>/problem", handler=limited("problem", problems.declare)),
    Route(method="POST", rule="/ws/sav/refund", handler=limited("refund", refunds.create)),
    Route(
        method="POST",
        rule="/ws/sav/<folder>/item-transfer",
        handler=limited("item-transfer", transfers.create),
    ),
    Route(method="GET", rule="/ws/shipping/v1/returns", handler=backship.returns),
    Route(method="GET", rule="/ws/shipping/v1/returns/<id>", handler=backship.one_return),
    Route(method="GET", rule="/ws/shipping/v1/deliveries", handler=backship.deliveries),
    Route(method="GET", rule="/ws/shipping/v1/deliveries/<id>", handler=backship.one_delivery),
    Route(method="GET", rule="/media/attachments/<number>/<name>", handler=media.attachment, open=True),
    Route(method="GET", rule="/media/labels/<number>.pdf", handler=media.label, open=True),
    Route(method="GET", rule="/media/transfers/<number>.pdf", handler=media.transfer, open=True),
    Route(method="GET", rule="/media/deliveries/<order>.pdf", handler=media.delivery_label, open=True),
    Route(method="GET", rule="/media/delivery-notes/<order>.pdf", handler=media.delivery_note, open=True),
)
