"""Screenshots of the pages as they were tested, for people to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["keep"]

FOLDER: Final = Path(__file__).parents[2] / ".artifacts" / "browser"


def keep(page: Page, name: str) -> None:
    """Writes the whole page to `.artifacts/browser/<name>.png`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
