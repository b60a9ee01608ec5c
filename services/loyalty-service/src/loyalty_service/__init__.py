"""Programmes, members, points: the loyalty-service."""
