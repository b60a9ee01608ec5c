"""Which customers exist: this service's own projection of profile.events."""
