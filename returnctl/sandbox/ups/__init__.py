"""UPS, in its own wire format: written from UPS's published specifications."""

from __future__ import annotations

from returnctl.sandbox.ups import locations, oauth, rating, shipping, track
from returnctl.sandbox.ups.errors import authorize, error
from returnctl.sandbox.web import Route, Service

SERVICE = Service(name="ups", prefix="/ups", authorize=authorize, error=error)
ROUTES = (
    Route(method="POST", rule="/security/v1/oauth/token", handler=oauth.token, open=True),
    Route(method="GET", rule="/api/track/v1/details/<number>", handler=track.details),
    Route(method="GET", rule="/api/track/v1/reference/details/<reference>", handler=track.by_reference),
    Route(method="POST", rule="/api/shipments/<version>/ship", handler=shipping.ship),
    Route(method="DELETE", rule="/api/shipments/<version>/void/cancel/<number>", handler=shipping.void),
    Route(method="POST", rule="/api/labels/<version>/recovery", handler=shipping.recover),
    Route(method="POST", rule="/api/rating/<version>/<option>", handler=rating.rate),
    Route(method="POST", rule="/api/locations/v3/search/availabilities/<option>", handler=locations.search),
)
