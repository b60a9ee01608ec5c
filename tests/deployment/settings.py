"""The settings classes of the processes, held against sets of environment variables."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping
from unittest.mock import patch

from pydantic import ValidationError

from hamdel.http import ServiceSettings

__all__ = ["missing_variables", "settings_class", "unknown_variables", "unreadable_settings"]

PREFIX = "HAMDEL_"
NEEDED_TO_SERVE = frozenset({"host", "kafka_bootstrap", "jwks_file", "service_token_file", "profile_url"})
"""Fields that have a default for a single process on one machine, where a container needs its own value."""


def settings_class(package: str) -> type[ServiceSettings]:
    """The class in `<package>.settings` that the process reads its environment with."""
    module = importlib.import_module(f"{package}.settings")
    own = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, ServiceSettings) and each.__module__ == module.__name__
    ]
    return own[0] if own else ServiceSettings


def unknown_variables(package: str, variables: set[str]) -> Iterator[str]:
    """Those with our prefix that no field reads: a wrong letter would be silently ignored."""
    fields = {f"{PREFIX}{name.upper()}" for name in settings_class(package).model_fields}
    yield from sorted(name for name in variables if name.startswith(PREFIX) and name not in fields)


def missing_variables(package: str, variables: set[str]) -> Iterator[str]:
    """Required fields, and those without which a container would not serve."""
    fields = settings_class(package).model_fields
    needed = {name for name, field in fields.items() if field.is_required()} | NEEDED_TO_SERVE
    yield from sorted({f"{PREFIX}{name.upper()}" for name in needed} - variables)


def unreadable_settings(package: str, variables: Mapping[str, str]) -> Iterator[str]:
    """Fields whose value the settings class refuses."""
    with patch.dict(os.environ, variables, clear=True):
        try:
            settings_class(package)()
        except ValidationError as error:
            yield from (f"{each['loc'][0]}: {each['type']}" for each in error.errors() if each["type"] != "missing")
