"""Orders, addresses and accounts that the carriers' tests share."""

from __future__ import annotations

from datetime import date

import msgspec

from returnctl.carriers.base import (
    Account,
    Address,
    Credentials,
    Label,
    LabelOrder,
    Package,
    Pickup,
    PickupOrder,
    Slot,
)

DAY = date(2026, 12, 14)
SLOT = Slot(date=DAY)

CUSTOMER = Address(
    name="Jane van der Doe",
    lines=("123 Ship St",),
    city="Memphis",
    state="TN",
    postal_code="38017",
    phone="+1 (901) 555-1234",
    email="jane@example.com",
)
FLAT = msgspec.structs.replace(CUSTOMER, lines=("123 Ship St", "Apt 4B"), postal_code="38017-1234")
SELLER = Address(
    company="Seller Returns",
    lines=("1 Main St",),
    city="Beverly Hills",
    state="CA",
    postal_code="90210",
    phone="3105551234",
    residential=False,
)
HOME_SELLER = msgspec.structs.replace(SELLER, company="", name="Sam Seller", residential=True)

PHONE = Package(weight_lb=1.0, length_in=8, width_in=6, height_in=2.5, description="Smartphone")
LAPTOP = Package(weight_lb=7.256, length_in=20, width_in=16, height_in=6, description="Laptop computer")

ACCOUNTS = {
    "ups": Account(number="A1B2C3"),
    "usps": Account(number="1000456789", crid="12345678", mid="123456789", manifest_mid="987654321"),
    "fedex": Account(number="123456789"),
}
NUMBERS = {
    "ups": "1Z999AA10123456784",
    "usps": "9400111206206406260787",
    "fedex": "794953555571",
}


def credentials(carrier: str) -> Credentials:
    return Credentials(client_id="the-id", client_secret="the-secret", account=ACCOUNTS[carrier])


def label_order(**changes: object) -> LabelOrder:
    order = LabelOrder(
        customer=CUSTOMER,
        seller=SELLER,
        package=PHONE,
        reference="RCABCDEF234567",
        order="10000001",
        key="0b0a5a5e-8d1f-4a4e-9a52-0f6d2f9c1b11",
        mail_date=DAY,
    )
    return msgspec.structs.replace(order, **changes)


def pickup_order(carrier: str, **changes: object) -> PickupOrder:
    order = PickupOrder(address=CUSTOMER, date=DAY, package=PHONE, tracking_number=NUMBERS[carrier])
    return msgspec.structs.replace(order, **changes)


def label(carrier: str) -> Label:
    return Label(carrier=carrier, tracking_number=NUMBERS[carrier])


def pickup(carrier: str, **changes: object) -> Pickup:
    booked = Pickup(
        carrier=carrier,
        confirmation="WTC123456789",
        date=DAY,
        ready="09:00",
        close="17:00",
        etag='"33a64df5"',
    )
    return msgspec.structs.replace(booked, **changes)
