"""Single-use codes for the till."""
