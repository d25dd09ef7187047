"""USPS, in its own wire format: written from its published specifications."""

from __future__ import annotations

from returnctl.sandbox.usps import labels, locations, oauth, pickups, prices, track
from returnctl.sandbox.usps.errors import authorize, error
from returnctl.sandbox.web import Route, Service

SERVICE = Service(name="usps", prefix="/usps", authorize=authorize, error=error)
ROUTES = (
    Route(method="POST", rule="/oauth2/v3/token", handler=oauth.token, open=True),
    Route(method="GET", rule="/tracking/v3/tracking/<number>", handler=track.tracking),
    Route(method="GET", rule="/locations/v3/post-office-locations", handler=locations.post_offices),
    Route(method="POST", rule="/payments/v3/payment-authorization", handler=labels.payment_authorization),
    Route(method="POST", rule="/labels/v3/return-label", handler=labels.return_label),
    Route(method="DELETE", rule="/labels/v3/label", handler=labels.cancel),
    Route(method="DELETE", rule="/labels/v3/label/<number>", handler=labels.cancel),
    Route(method="POST", rule="/prices/v3/total-rates/search", handler=prices.total_rates),
    Route(method="POST", rule="/prices/v3/base-rates/search", handler=prices.base_rates),
    Route(method="GET", rule="/pickup/v3/carrier-pickup/eligibility", handler=pickups.eligibility),
    Route(method="POST", rule="/pickup/v3/carrier-pickup", handler=pickups.schedule),
    Route(method="GET", rule="/pickup/v3/carrier-pickup/<confirmation>", handler=pickups.read),
    Route(method="DELETE", rule="/pickup/v3/carrier-pickup/<confirmation>", handler=pickups.cancel),
)
