"""Surveys as they are kept: a draft that is edited, published versions that never change, an end."""
