"""The embedded sandbox: a marketplace and three carriers, written from their specifications a second time."""
