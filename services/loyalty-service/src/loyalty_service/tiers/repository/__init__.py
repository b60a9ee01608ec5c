"""Every statement on tiers: what counts, the schemes, and where people stand."""
