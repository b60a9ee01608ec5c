"""Merges: reversible links between customers who are one person, and the record they show together."""
