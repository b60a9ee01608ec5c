"""`python -m gateway` serves, `python -m gateway migrate` brings its database to the newest schema."""

from __future__ import annotations

import sys
from typing import cast

from fastapi import FastAPI
from pydantic import ValidationError

from gateway.main import create_gateway, definition
from gateway.settings import GatewaySettings
from hamdel.http.server import main, serve
from hamdel.telemetry import configure_logging


def run() -> None:
    """Everything but serving is as in the services, wrong settings and arguments included."""
    try:
        settings = GatewaySettings() if sys.argv[1:] in ([], ["serve"]) else None
    except ValidationError:
        settings = None
    if settings is None:
        main(definition, settings_type=GatewaySettings)
        return
    configure_logging("gateway", settings.log_level)
    serve(cast("FastAPI", create_gateway(settings)), settings)


if __name__ == "__main__":
    run()
