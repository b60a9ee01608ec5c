"""Filling a template's text with Jinja2 in its sandbox. A message is filled whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, Final

from jinja2 import StrictUndefined, Template
from jinja2.exceptions import TemplateError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from interaction_service.delivery.rendering.values import shown

__all__ = ["FILTERS", "RTL", "RenderingError", "environment", "fill"]

RTL: Final = frozenset({"fa"})

FILTERS: Final = frozenset(
    {"capitalize", "count", "d", "default", "first", "int", "join", "last", "length", "lower", "round", "title"}
    | {"trim", "truncate", "upper"}
)
"""Nothing that marks text as safe HTML, and nothing that multiplies its length."""


class RenderingError(Exception):
    """The message cannot be made; `reason` is `missing-variable` or `broken-template`. Its text names variables, never
    their values."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def fill(source: str, variables: Mapping[str, Any], *, language: str, html: bool, persian_digits: bool) -> str:
    """The text with every variable in its place. Raises RenderingError."""
    try:
        return _compiled(source, language, html, persian_digits).render(variables)
    except UndefinedError as error:
        raise RenderingError("missing-variable", str(error)) from error
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise RenderingError("broken-template", type(error).__name__) from error


def environment(*, language: str = "en", html: bool = False, persian_digits: bool = False) -> SandboxedEnvironment:
    """Where a text of the language is read and filled: strict about what is missing, escaping in HTML."""
    rtl = language in RTL
    made = SandboxedEnvironment(
        autoescape=html,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=partial(shown, rtl=rtl, persian_digits=persian_digits and rtl),
    )
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals.clear()
    return made


@lru_cache(maxsize=512)
def _compiled(source: str, language: str, html: bool, persian_digits: bool) -> Template:
    return _environment(language, html, persian_digits).from_string(source)


@lru_cache(maxsize=16)
def _environment(language: str, html: bool, persian_digits: bool) -> SandboxedEnvironment:
    return environment(language=language, html=html, persian_digits=persian_digits)
