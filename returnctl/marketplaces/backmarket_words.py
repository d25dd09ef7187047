"""Back Market's words and ours. A word that is in no table is kept, in our spelling: new ones come without notice."""

from __future__ import annotations

import re

from returnctl.carriers import tracking_number

#: Which problems want a file to prove them.
NEEDS_FILES = frozenset({"DAMAGED_PACKAGE", "ITEM_NOT_RECEIVED", "OOW_ITEM"})
#: Folders of the older generation take a bare OTHER, and nothing with it.
NEWER_FOLDERS = 100_000_000

_WISHES = {"REFUND": "refund", "REPLACE": "exchange", "REPAIR": "repair"}
_DAMAGE = {
    "IN_WARRANTY": ("none",),
    "WATER_OR_DROPPED": ("physical", "oxidation"),
    "THIRD_PARTY_REPAIR": ("opened",),
}
_LABEL_STATES = {"ALIVE": "alive", "USED": "used", "EXPIRED": "expired"}
_AUTHORS = {
    "merchant": "seller",
    "seller": "seller",
    "customer": "buyer",
    "client": "buyer",
    "buyer": "buyer",
    "backmarket": "marketplace",
    "backcare": "marketplace",
}
# Category names and titles come in the language of the market.
_KINDS = (
    ("audio", r"airpods|earbuds|earpods|headphones?|headset|speaker|buds|casques?|écouteurs|kopfhörer|auriculares"),
    ("smartwatch", r"smart ?watch(es)?|watch|montres?|relojes?|uhr(en)?"),
    ("tablet", r"tablets?|tablettes?|ipad|galaxy tab|tabletas?"),
    ("computer", r"computers?|laptops?|(note|mac|chrome|elite)book|imac|mac mini|thinkpad|surface|ordinateurs?|pc"),
    ("console", r"consoles?|playstation|ps[345]|xbox|nintendo|switch|konsolen?"),
    ("smartphone", r"smart ?phones?|iphone|galaxy|pixel|huawei|xiaomi|redmi|oneplus|mobiles?|handys?|teléfonos?"),
)  # fmt: skip
_KIND_PATTERNS = tuple((kind, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)) for kind, pattern in _KINDS)


def word(text: str) -> str:
    """A word of theirs in our spelling: `REPAIR_REPLACE` is `repair-replace`."""
    return re.sub(r"[\s_]+", "-", text.strip()).lower()


def wish_of(resolution: str) -> str | None:
    """`refund`, `exchange`, `repair`, or their word; None where the buyer chose nothing."""
    return (_WISHES.get(resolution) or word(resolution)) if resolution else None


def reason_of(tags: tuple[str, ...], issues: tuple[str, ...]) -> str | None:
    """Our reason for a return: all that is certain is whether something is broken."""
    if "TECHNICAL" in (tag.upper() for tag in tags):
        return "faulty"
    return "other" if issues else None


def damage_of(warranty: str) -> tuple[str, ...]:
    """The damages that the buyer's answer about the warranty admits; none where there is no answer."""
    return _DAMAGE.get(warranty, ())


def label_state(state: str) -> str:
    return _LABEL_STATES.get(state) or word(state) or "unknown"


def author_of(initiator: str, kind: str) -> str:
    """Who wrote a message: `initiator` says it, else the front of `kind` (`MERCHANT_TO_ALL`)."""
    sender = kind.partition("_TO_")[0] if "_TO_" in kind else ""
    for said in (initiator, sender):
        if found := _AUTHORS.get(said.lower().replace("_", "").replace(" ", "")):
            return found
    return word(initiator or sender) or "unknown"


def kind_of(category: str, title: str) -> str:
    """The kind of device: by its category where that says it, else by its title."""
    for text in (category, title):
        for kind, pattern in _KIND_PATTERNS:
            if pattern.search(text):
                return kind
    return "other"


def carrier_of(name: str, number: str) -> str:
    """The carrier's code, by the name that the marketplace gives it, else by the number's form."""
    first = re.match(r"(ups|usps|fedex)\b", name.strip(), re.IGNORECASE)
    if first:
        return first[1].lower()
    if name:
        return "other"
    return (tracking_number.recognition(number).carrier if number else None) or "other"
