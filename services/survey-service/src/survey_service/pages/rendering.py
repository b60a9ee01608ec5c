"""Templates and headers: HTML that takes nothing from elsewhere, runs no script and is kept nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from survey_service.pages.words import Language, digits, direction, words

__all__ = ["asset", "page", "stylesheet_name"]

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
YEAR: Final = "public, max-age=31536000, immutable"
"""An asset has the hash of its content in its name, so that it may be kept for ever."""


def page(template: str, language: Language, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in a language; every value is escaped."""
    made = _environment().get_template(template)
    shown = made.render(
        lang=language,
        dir=direction(language),
        say=words(language),
        digits=lambda plain: digits(plain, language),
        stylesheet=stylesheet_name(),
        **values,
    )
    return HTMLResponse(shown, status, {**HEADERS, "Content-Language": language})


def asset(name: str) -> Response | None:
    """A file of the pages; None for a name that is not one of now."""
    if name != stylesheet_name():
        return None
    return Response(
        _stylesheet(), headers={"Cache-Control": YEAR, "X-Content-Type-Options": "nosniff"}, media_type="text/css"
    )


def stylesheet_name() -> str:
    """`survey-<hash>.css`."""
    return f"survey-{hashlib.blake2b(_stylesheet(), digest_size=8).hexdigest()}.css"


@lru_cache(maxsize=1)
def _stylesheet() -> bytes:
    return files("survey_service.pages").joinpath("static/survey.css").read_bytes()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("survey_service.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
