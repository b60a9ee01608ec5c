"""`hamdel doctor` and `hamdel demo`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from hamdel_cli.errors import CommandFailedError
from hamdel_cli.options import HomeOption

__all__ = ["demo", "doctor", "register"]

ViewsOption = Annotated[bool, typer.Option("--views", help="Also compare every customer's view with the live one.")]
KeepOption = Annotated[bool, typer.Option("--keep", help="Leave the stack running in the home.")]
DemoHomeOption = Annotated[
    Path | None, typer.Option("--home", help="State folder; default: a temporary one, deleted at the end.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(doctor)
    app.command()(demo)


def doctor(home: HomeOption = Path(".hamdel"), views: ViewsOption = False) -> None:
    """Check processes, health, backlog and topics; exit code 1 when something is wrong."""
    if not asyncio.run(_doctor(home, views)):
        raise CommandFailedError("something is wrong, see above")


async def _doctor(folder: Path, views: bool) -> bool:
    from hamdel_cli.diagnosis import check_all, compare_views
    from hamdel_cli.gateway_client import connect
    from hamdel_cli.lifecycle import running_stack

    home, settings, record = running_stack(folder)
    well = True
    async for finding in check_all(home, settings, record):
        well &= finding.well
        typer.echo(f"{'ok ' if finding.well else 'BAD'} {finding.text}")
    if views:
        async with connect(folder) as gateway:
            result = await compare_views(gateway, settings)
        typer.echo(f"compared: {result['compared']}")
        typer.echo(f"differences: {result['differences']}")
        well &= result["differences"] == 0
    return well


def demo(home: DemoHomeOption = None, keep: KeepOption = False) -> None:
    """The main job on real purchases: import, totals, one customer's view, time from commit to view."""
    from hamdel_cli.demo import run_demo

    run_demo(home, keep, typer.echo)
