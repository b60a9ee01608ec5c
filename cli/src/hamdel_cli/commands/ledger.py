"""`hamdel ledger verify`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from hamdel_cli.errors import CommandFailedError
from hamdel_cli.options import HomeOption, JsonOption

__all__ = ["register", "verify"]

SECONDS = 3600.0
"""Counting some million entries takes minutes."""

RebuildOption = Annotated[bool, typer.Option("--rebuild", help="Write cached sums of members that differ anew.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(help="The ledger of points.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command()(verify)
    app.add_typer(group, name="ledger")


def verify(home: HomeOption = Path(".hamdel"), rebuild: RebuildOption = False, as_json: JsonOption = False) -> None:
    """Count every point again, from the entries, and name what differs."""
    report = asyncio.run(_report(home, rebuild))
    if as_json:
        typer.echo(_json(report))
    else:
        for line in lines(report):
            typer.echo(line)
    if report["differences"]:
        raise CommandFailedError("the ledger does not add up")


async def _report(home: Path, rebuild: bool) -> dict[str, Any]:
    from hamdel_cli.embedded.environment import process_url
    from hamdel_cli.gateway_client import Gateway
    from hamdel_cli.lifecycle import running_stack

    stack, settings, _ = running_stack(home)
    async with Gateway(process_url(settings, "loyalty"), stack.keys.issue("service"), SECONDS) as service:
        report: dict[str, Any] = await service.post("/internal/ledger/verifications", {"rebuild": rebuild})
    return report


def lines(report: dict[str, Any]) -> list[str]:
    """The report for people: what was checked, the sum of every account, and each difference (at most a hundred)."""
    found = [f"members checked  {report['members']}", f"entries checked  {report['entries']}"]
    found += [f"  {account:<14} {points:>16}" for account, points in report["accounts"].items()]
    found.append(f"  {'all accounts':<14} {report['total']:>16}")
    if report["rebuilt"]:
        found.append(f"members rebuilt  {report['rebuilt']}")
    found.append(f"differences: {report['differences']}")
    return found + [_difference(one) for one in report["items"]]


def _difference(one: dict[str, Any]) -> str:
    named = "".join(f" {name} {one[name]}" for name in ("customer_id", "program_id", "about") if one[name])
    return f"  {one['what']}:{named}: expected {one['expected']}, found {one['found']}"


def _json(report: dict[str, Any]) -> str:
    import json

    return json.dumps(report, ensure_ascii=False)
