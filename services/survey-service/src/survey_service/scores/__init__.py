"""Scores of answers with their margins: pure functions of counts."""
