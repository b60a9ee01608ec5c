"""Tiers: what counts towards them, who is in which, for how long."""
