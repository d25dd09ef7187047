"""USPS, in its own wire format: written from its published specifications."""

from __future__ import annotations

from returnctl.sandbox.usps import locations, oauth, track
from returnctl.sandbox.usps.errors import authorize, error
from returnctl.sandbox.web import Route, Service

SERVICE = Service(name="usps", prefix="/usps", authorize=authorize, error=error)
ROUTES = (
    Route(method="POST", rule="/oauth2/v3/token", handler=oauth.token, open=True),
    Route(method="GET", rule="/tracking/v3/tracking/<number>", handler=track.tracking),
    Route(method="GET", rule="/locations/v3/post-office-locations", handler=locations.post_offices),
)
