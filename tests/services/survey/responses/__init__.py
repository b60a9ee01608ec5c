"""Responses: how they are taken, kept and counted."""
