"""Send a bought device back to its seller."""

__version__ = "0.1.0"
