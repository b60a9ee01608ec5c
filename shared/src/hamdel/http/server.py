"""`python -m <service>` serves, `python -m <service> migrate` brings its database to the newest schema."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from hamdel.collector import spare_collector
from hamdel.http.app import create_app
from hamdel.http.definition import ServiceDefinition
from hamdel.http.settings import ServiceSettings
from hamdel.telemetry import configure_logging

__all__ = ["main", "serve"]

_GRACEFUL_SECONDS = 3
_KEEP_ALIVE_SECONDS = 5
_BACKLOG = 2_048


def main(
    definition_factory: Callable[[], ServiceDefinition],
    *,
    settings_type: type[ServiceSettings] = ServiceSettings,
    arguments: Sequence[str] | None = None,
) -> None:
    """The entry point of a service's `__main__`. Exits 2, with one line, on a wrong argument or setting."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    definition = definition_factory()
    if words not in ([], ["serve"], ["migrate"]):
        _give_up(f"usage: python -m {definition.package} [serve|migrate]")
    try:
        settings = settings_type()
    except ValidationError as error:
        names = sorted({"HAMDEL_" + str(item["loc"][0]).upper() for item in error.errors() if item["loc"]})
        _give_up(f"{definition.service}: missing or wrong settings: {', '.join(names)}")
    configure_logging(definition.service, settings.log_level)
    if words == ["migrate"]:
        from hamdel.database.migrations import upgrade  # serving does not need alembic's memory and start time

        asyncio.run(upgrade(settings.database().url, package_dir(definition.package)))
        return
    serve(create_app(definition, settings), settings)


def serve(app: FastAPI, settings: ServiceSettings) -> None:
    """Serves until SIGTERM or SIGINT: no new connections, three seconds for what is running, then the lifespan ends."""
    spare_collector()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACEFUL_SECONDS,
    )


def package_dir(package: str) -> Path:
    """The folder of an import package. Raises ModuleNotFoundError where it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent


def _give_up(line: str) -> None:
    sys.stderr.write(line + "\n")
    raise SystemExit(2)
