"""Identifiers: what points at a customer, looked up one by one or in bulk."""
