"""The field's words that options, records and documents share. Nothing is imported here: help needs them at once."""

#: The eight commands, in the marketplace's order.
STEPS = ("open", "photos", "imei", "disconnect-proof", "slip", "label", "ship", "track")
KINDS = ("smartphone", "tablet", "computer", "smartwatch", "console", "audio", "other")
ACCOUNTS = ("icloud", "google", "samsung", "find-my", "microsoft", "playstation", "nintendo", "other")
DAMAGES = ("none", "physical", "oxidation", "opened", "in-transit")
REASONS = (
    "changed-mind",
    "faulty-on-arrival",
    "faulty",
    "damaged-in-transit",
    "wrong-item",
    "not-as-described",
    "other",
)
WISHES = ("refund", "exchange", "repair")
OUTCOMES = ("refunded", "exchanged", "repaired", "refused", "sent-back", "withdrawn")
CARRIERS = ("ups", "usps", "fedex")
#: What one can log in to.
SERVICES = ("marketplace", *CARRIERS)
#: Where a parcel can be; `unknown` is none that one can wait for.
STATUSES = (
    "label-created",
    "picked-up",
    "in-transit",
    "out-for-delivery",
    "available-for-pickup",
    "delivered",
    "exception",
    "returned",
    "cancelled",
)
#: What a seller may declare to the marketplace, in its words.
PROBLEMS = (
    "ACCOUNT_LOCKED",
    "CODE_LOCKED",
    "DAMAGED_PACKAGE",
    "ITEM_NOT_RECEIVED",
    "MISSING_PART",
    "OOW_ITEM",
    "PROBLEM_NOT_IDENTIFIED",
    "WRONG_ITEM",
    "OTHER",
)
TEMPLATES = ("retake", "label-expired", "lost-parcel", "damaged-in-transit")
#: What `guide` explains, in the order in which one needs it.
TOPICS = ("imei", "backup", "disconnect", "packing")
