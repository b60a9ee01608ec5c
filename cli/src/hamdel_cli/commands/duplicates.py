"""`hamdel duplicates scan`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from hamdel_cli.errors import CommandFailedError
from hamdel_cli.options import HomeOption, JsonOption

__all__ = ["register", "scan"]

PAUSE_SECONDS = 0.5

GatewayOption = Annotated[
    str | None, typer.Option("--gateway", help="URL of another gateway; its token is in HAMDEL_TOKEN.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(help="Customers that are probably one.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command()(scan)
    app.add_typer(group, name="duplicates")


def scan(home: HomeOption = Path(".hamdel"), gateway: GatewayOption = None, as_json: JsonOption = False) -> None:
    """Compare all customers with each other and wait for the end."""
    done = asyncio.run(_scan(home, gateway))
    if as_json:
        typer.echo(_line(done))
    else:
        for name in ("customers", "compared", "suggested"):
            typer.echo(f"{name:<10} {done[name]}")
    if done["status"] != "done":
        raise CommandFailedError("the search failed; the log of profile-service says why")


async def _scan(home: Path, url: str | None) -> dict[str, Any]:
    from hamdel_cli.gateway_client import connect

    async with connect(home, url) as gateway:
        found: dict[str, Any] = await gateway.post("/v1/duplicates/scan", None)
        while found["status"] in ("queued", "running"):
            await asyncio.sleep(PAUSE_SECONDS)
            found = await gateway.get(f"/v1/duplicates/scans/{found['id']}")
    return found


def _line(found: dict[str, Any]) -> str:
    import json

    return json.dumps(found, ensure_ascii=False)
