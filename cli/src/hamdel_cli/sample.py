"""The real purchase log that comes with the command; its source and licence are in data/README.md."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["sample_path"]


def sample_path() -> Path:
    """6,919 purchases of 2,357 customers of CDNOW. Fader, Hardie and Lee (2005), Marketing Science 24(2)."""
    return Path(str(files("hamdel_cli").joinpath("data", "cdnow_purchases.csv")))
