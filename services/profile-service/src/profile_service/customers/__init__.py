"""The customer record: create, read, change."""
