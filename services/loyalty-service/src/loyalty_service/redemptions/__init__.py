"""Spending points: reserved, then captured or released."""
