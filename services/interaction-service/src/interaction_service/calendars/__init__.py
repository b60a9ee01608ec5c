"""Business calendars: when the house is open (decision 0013)."""
