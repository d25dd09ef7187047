"""Marketplaces: each speaks one dialect. No state, no Click, no screen."""
