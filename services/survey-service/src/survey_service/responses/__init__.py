"""Responses: taken step by step, finished once, never overwritten by a late retry, anonymous where they shall be."""
