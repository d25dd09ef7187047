"""Requests that the carriers' specifications call right; the sender is the buyer of order 10000007."""

from __future__ import annotations

import copy
from typing import Any

_SELLER = {
    "AddressLine": ["4400 Produce Road"],
    "City": "Louisville",
    "StateProvinceCode": "KY",
    "PostalCode": "40218",
    "CountryCode": "US",
}
_BUYER = {
    "AddressLine": ["640 SW Salmon Street"],
    "City": "Portland",
    "StateProvinceCode": "OR",
    "PostalCode": "97205",
    "CountryCode": "US",
}
_POUND = {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "1.5"}

UPS_SHIP: dict[str, Any] = {
    "ShipmentRequest": {
        "Request": {"RequestOption": "nonvalidate"},
        "Shipment": {
            "ReturnService": {"Code": "9"},
            "Shipper": {"Name": "Refurb House", "ShipperNumber": "A1B2C3", "Address": _SELLER},
            "ShipTo": {"Name": "Refurb House", "Address": _SELLER},
            "ShipFrom": {"Name": "Tom Whitfield", "Address": _BUYER},
            "PaymentInformation": {
                "ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}}]
            },
            "Service": {"Code": "03"},
            "Package": [
                {
                    "Description": "Smartphone",
                    "Packaging": {"Code": "02"},
                    "PackageWeight": _POUND,
                    "ReferenceNumber": [{"Value": "10000007"}],
                }
            ],
        },
        "LabelSpecification": {
            "LabelImageFormat": {"Code": "GIF"},
            "LabelStockSize": {"Height": "6", "Width": "4"},
        },
    }
}
UPS_RATE: dict[str, Any] = {
    "RateRequest": {
        "Request": {},
        "Shipment": {
            "Shipper": {"Address": _SELLER},
            "ShipTo": {"Address": _SELLER},
            "ShipFrom": {"Address": _BUYER},
            "Service": {"Code": "03"},
            "Package": [{"PackagingType": {"Code": "02"}, "PackageWeight": _POUND}],
        },
    }
}
USPS_PAYMENT: dict[str, Any] = {
    "roles": [
        {
            "roleName": "PAYER",
            "CRID": "12345678",
            "MID": "123456",
            "manifestMID": "123456",
            "accountType": "EPS",
            "accountNumber": "1234",
        },
        {"roleName": "LABEL_OWNER", "CRID": "12345678", "MID": "123456", "manifestMID": "123456"},
    ]
}
USPS_LABEL: dict[str, Any] = {
    "toAddress": {
        "firm": "Refurb House",
        "streetAddress": "4400 Produce Road",
        "city": "Louisville",
        "state": "KY",
        "ZIPCode": "40218",
    },
    "fromAddress": {
        "firstName": "Tom",
        "lastName": "Whitfield",
        "streetAddress": "640 SW Salmon Street",
        "city": "Portland",
        "state": "OR",
        "ZIPCode": "97205",
    },
    "packageDescription": {
        "mailClass": "USPS_GROUND_ADVANTAGE_RETURN_SERVICE",
        "rateIndicator": "SP",
        "processingCategory": "MACHINABLE",
        "weight": 1.5,
        "length": 9,
        "height": 4,
        "width": 6,
        "customerReference": [{"referenceNumber": "10000007", "printReferenceNumber": True}],
    },
}
USPS_RATES: dict[str, Any] = {
    "originZIPCode": "97205",
    "destinationZIPCode": "40218",
    "weight": 1.5,
    "length": 9,
    "width": 6,
    "height": 4,
    "mailClass": "USPS_GROUND_ADVANTAGE",
    "priceType": "COMMERCIAL",
}
USPS_PICKUP: dict[str, Any] = {
    "pickupDate": "2026-12-14",
    "pickupAddress": {
        "firstName": "Tom",
        "lastName": "Whitfield",
        "address": {
            "streetAddress": "640 SW Salmon Street",
            "city": "Portland",
            "state": "OR",
            "ZIPCode": "97205",
        },
        "contact": [{"email": "tom@example.com"}],
    },
    "packages": [{"packageType": "RETURNS", "packageCount": 1}],
    "estimatedWeight": 1,
    "pickupLocation": {"packageLocation": "FRONT_DOOR"},
}
_FEDEX_BUYER = {
    "contact": {"personName": "Tom Whitfield", "phoneNumber": "5035550107"},
    "address": {
        "streetLines": ["640 SW Salmon Street"],
        "city": "Portland",
        "stateOrProvinceCode": "OR",
        "postalCode": "97205",
        "countryCode": "US",
    },
}
FEDEX_SHIP: dict[str, Any] = {
    "labelResponseOptions": "LABEL",
    "accountNumber": {"value": "123456789"},
    "requestedShipment": {
        "shipper": _FEDEX_BUYER,
        "recipients": [
            {
                "contact": {"personName": "Returns", "phoneNumber": "5025550190"},
                "address": {
                    "streetLines": ["4400 Produce Road"],
                    "city": "Louisville",
                    "stateOrProvinceCode": "KY",
                    "postalCode": "40218",
                    "countryCode": "US",
                },
            }
        ],
        "pickupType": "DROPOFF_AT_FEDEX_LOCATION",
        "serviceType": "FEDEX_GROUND",
        "packagingType": "YOUR_PACKAGING",
        "totalWeight": 1.5,
        "shippingChargesPayment": {"paymentType": "SENDER"},
        "shipmentSpecialServices": {
            "specialServiceTypes": ["RETURN_SHIPMENT"],
            "returnShipmentDetail": {"returnType": "PRINT_RETURN_LABEL"},
        },
        "labelSpecification": {"imageType": "PDF", "labelStockType": "PAPER_4X6"},
        "requestedPackageLineItems": [
            {
                "weight": {"units": "LB", "value": 1.5},
                "customerReferences": [{"customerReferenceType": "RMA_ASSOCIATION", "value": "10000007"}],
            }
        ],
    },
}
FEDEX_QUOTE: dict[str, Any] = {
    "accountNumber": {"value": "123456789"},
    "requestedShipment": {
        "shipper": {"address": {"postalCode": "97205", "countryCode": "US"}},
        "recipient": {"address": {"postalCode": "40218", "countryCode": "US"}},
        "pickupType": "DROPOFF_AT_FEDEX_LOCATION",
        "serviceType": "FEDEX_GROUND",
        "requestedPackageLineItems": [{"weight": {"units": "LB", "value": 1.5}}],
    },
}
FEDEX_PICKUP: dict[str, Any] = {
    "associatedAccountNumber": {"value": "123456789"},
    "originDetail": {
        "pickupLocation": _FEDEX_BUYER,
        "readyDateTimestamp": "2026-12-01T11:00:00Z",
        "customerCloseTime": "18:00:00",
        "packageLocation": "FRONT",
    },
    "carrierCode": "FDXG",
}


def changed(wish: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The request with another value at `path` (names and places, joined by dots); None takes it out."""
    other = copy.deepcopy(wish)
    *above, last = path.split(".")
    node: Any = other
    for name in above:
        node = node[int(name)] if isinstance(node, list) else node[name]
    if value is None:
        node.pop(last, None)
    else:
        node[last] = value
    return other
