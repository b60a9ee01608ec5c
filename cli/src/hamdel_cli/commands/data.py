"""`hamdel import purchases`."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hamdel_cli.errors import CommandFailedError
from hamdel_cli.options import HomeOption

if TYPE_CHECKING:
    from hamdel_cli.importing.purchases import Purchase
    from hamdel_cli.importing.run import ImportTotals

__all__ = ["import_file", "print_totals", "purchases", "register"]

SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="CSV: customer,date,quantity,amount_usd.")]
SourceOption = Annotated[str, typer.Option("--source", help="Name of the system the file comes from.")]
GatewayOption = Annotated[
    str | None, typer.Option("--gateway", help="URL of another gateway; its token is in HAMDEL_TOKEN.")
]
AtOnceOption = Annotated[int, typer.Option("--at-once", min=1, max=500, help="Purchases in one request.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(help="Import files.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command()(purchases)
    app.add_typer(group, name="import")


def purchases(
    file: FileArgument,
    source: SourceOption,
    home: HomeOption = Path(".hamdel"),
    gateway: GatewayOption = None,
    at_once: AtOnceOption = 500,
) -> None:
    """Import a file of purchases; safe to repeat. Exit code 1 when a row was rejected."""
    if not SOURCE.fullmatch(source):
        raise CommandFailedError(f"--source must be a short lower-case name such as shop-2, not {source!r}")
    totals = asyncio.run(import_file(home, gateway, _read(file), source, at_once))
    print_totals(totals)
    if totals.rejected:
        first = "; ".join(totals.problems[:3])
        raise CommandFailedError(f"{totals.rejected} rows were rejected, such as {first}")


def _read(file: Path) -> list[Purchase]:
    from hamdel_cli.importing.purchases import BadRowError, read_purchases

    try:
        return read_purchases(file)
    except BadRowError as error:
        raise CommandFailedError(str(error)) from error
    except OSError as error:
        raise CommandFailedError(f"{file}: {error.strerror}") from error


async def import_file(
    home: Path, url: str | None, rows: list[Purchase], source: str, at_once: int = 500
) -> ImportTotals:
    """Imports with a progress bar on stderr. Raises CommandFailedError."""
    from rich.console import Console
    from rich.progress import Progress

    from hamdel_cli.gateway_client import connect
    from hamdel_cli.importing.run import import_purchases

    try:
        async with connect(home, url) as gateway:
            with Progress(console=Console(file=sys.stderr), transient=True) as bar:
                task = bar.add_task("purchases", total=len(rows))
                return await import_purchases(
                    gateway, rows, source, lambda done: bar.advance(task, done), at_once=at_once
                )
    except* CommandFailedError as group:
        raise CommandFailedError(str(_first(group))) from group


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def print_totals(totals: ImportTotals) -> None:
    """Three lines: customers, purchases, sum."""
    typer.echo(f"customers  {totals.customers}")
    counts = {status: totals.statuses[status] for status in ("created", "duplicate", "rejected")}
    details = ", ".join(f"{count} {status}" for status, count in counts.items())
    typer.echo(f"purchases  {sum(counts.values())} ({details})")
    typer.echo(f"sum        {totals.amount} USD")
