"""FedEx, in its own wire format: written from its published specifications."""

from __future__ import annotations

from returnctl.sandbox.fedex import locations, oauth, track
from returnctl.sandbox.fedex.errors import authorize, error
from returnctl.sandbox.web import Route, Service

SERVICE = Service(name="fedex", prefix="/fedex", authorize=authorize, error=error)
ROUTES = (
    Route(method="POST", rule="/oauth/token", handler=oauth.token, open=True),
    Route(method="POST", rule="/track/v1/trackingnumbers", handler=track.tracking_numbers),
    Route(method="POST", rule="/location/v1/locations", handler=locations.search),
)
