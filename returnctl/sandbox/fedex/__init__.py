"""FedEx, in its own wire format: written from its published specifications."""

from __future__ import annotations

from returnctl.sandbox.fedex import locations, oauth, pickups, rates, shipping, track
from returnctl.sandbox.fedex.errors import authorize, error
from returnctl.sandbox.web import Route, Service

SERVICE = Service(name="fedex", prefix="/fedex", authorize=authorize, error=error)
ROUTES = (
    Route(method="POST", rule="/oauth/token", handler=oauth.token, open=True),
    Route(method="POST", rule="/track/v1/trackingnumbers", handler=track.tracking_numbers),
    Route(method="POST", rule="/location/v1/locations", handler=locations.search),
    Route(method="POST", rule="/track/v1/referencenumbers", handler=track.reference_numbers),
    Route(method="POST", rule="/rate/v1/rates/quotes", handler=rates.quotes),
    Route(method="POST", rule="/ship/v1/shipments", handler=shipping.ship),
    Route(method="PUT", rule="/ship/v1/shipments/cancel", handler=shipping.cancel),
    Route(method="GET", rule="/document/v1/labels/<number>", handler=shipping.document, open=True),
    Route(method="POST", rule="/pickup/v1/pickups/availabilities", handler=pickups.availabilities),
    Route(method="POST", rule="/pickup/v1/pickups", handler=pickups.create),
    Route(method="PUT", rule="/pickup/v1/pickups/cancel", handler=pickups.cancel),
)
