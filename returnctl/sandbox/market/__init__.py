"""The marketplace, as docs/marketplace-api.yaml describes it."""
