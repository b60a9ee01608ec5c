"""Purchases, unique per source."""
