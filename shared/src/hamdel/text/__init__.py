"""Text as people type it: one normaliser, applied identically to rows and to queries; the raw text is always kept."""

from hamdel.text.persian import NORMALISER_VERSION, normalise, unify

__all__ = ["NORMALISER_VERSION", "normalise", "unify"]
