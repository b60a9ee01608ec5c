"""`hamdel up`, `down` and `status`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hamdel_cli.options import HomeOption, JsonOption, VerboseOption

__all__ = ["down", "register", "status", "up"]

PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port of the gateway.")]
KafkaOption = Annotated[
    str | None,
    typer.Option(
        "--kafka",
        metavar="HOST:PORT",
        help="Apache Kafka to use in place of the embedded broker; the home remembers it. HAMDEL_KAFKA_* apply to it.",
    ),
]
DetachOption = Annotated[bool, typer.Option("--detach", help="Return when it is ready; it goes on running.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (up, down, status):
        app.command()(command)


def up(
    home: HomeOption = Path(".hamdel"),
    port: PortOption = None,
    kafka: KafkaOption = None,
    detach: DetachOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Start everything embedded and wait until it is ready."""
    from hamdel_cli import lifecycle

    if detach:
        lifecycle.start_detached(home, port, kafka=kafka, verbose=verbose)
        typer.echo(lifecycle.summary(home))
    else:
        lifecycle.run_in_foreground(home, port, typer.echo, kafka=kafka, verbose=verbose)


def down(home: HomeOption = Path(".hamdel")) -> None:
    """Stop everything that runs in the home."""
    from hamdel_cli import lifecycle

    typer.echo("stopped" if lifecycle.stop(home) else "nothing is running")


def status(home: HomeOption = Path(".hamdel"), as_json: JsonOption = False) -> None:
    """Show URLs and processes; exit code 1 when nothing is running."""
    from hamdel_cli import lifecycle

    report = lifecycle.status(home)
    typer.echo(json.dumps(report, indent=2) if as_json else lifecycle.readable(report))
