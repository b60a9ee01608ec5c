"""Touchpoints on any channel."""
