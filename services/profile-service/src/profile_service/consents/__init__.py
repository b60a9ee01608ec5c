"""Consent with proof: what a customer allowed, for which purpose, on which channel, and how that is known."""
