"""`hamdel demo`: the main job, once, on real data, with figures."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hamdel_cli import lifecycle
from hamdel_cli.commands.data import import_file, print_totals
from hamdel_cli.diagnosis import compare_views
from hamdel_cli.errors import CommandFailedError
from hamdel_cli.freshness import measure_freshness
from hamdel_cli.gateway_client import Gateway, connect
from hamdel_cli.importing.purchases import customers_of, read_purchases
from hamdel_cli.sample import sample_path

__all__ = ["run_demo"]

SOURCE = "cdnow"
CUSTOMER = "00004"
WRITES = 200
WRITES_PER_SECOND = 25

Say = Callable[[str], None]


def run_demo(folder: Path | None, keep: bool, say: Say) -> None:
    """Starts a stack, runs the demo and stops it. Raises CommandFailedError."""
    with _stack(folder, keep, say) as home:
        asyncio.run(_tour(home, say))


@contextmanager
def _stack(folder: Path | None, keep: bool, say: Say) -> Iterator[Path]:
    home = folder or Path(tempfile.mkdtemp(prefix="hamdel-demo-"))
    began = time.monotonic()
    try:
        lifecycle.start_detached(home, None)
        say(f"ready in {time.monotonic() - began:.1f} s: {lifecycle.status(home)['gateway']}")
        yield home
    finally:
        if keep:
            say(f"still running; stop it with: hamdel down --home {home}")
        else:
            lifecycle.stop(home)
            if folder is None:
                shutil.rmtree(home, ignore_errors=True)
    say("stopped")


async def _tour(home: Path, say: Say) -> None:
    rows = read_purchases(sample_path())
    began = time.monotonic()
    totals = await import_file(home, None, rows, SOURCE)
    say(f"\nCDNOW purchases imported in {time.monotonic() - began:.1f} s (Fader, Hardie and Lee 2005)")
    print_totals(totals)
    if totals.rejected:
        raise CommandFailedError(f"{totals.rejected} rows were rejected")
    async with connect(home) as gateway:
        compared = await compare_views(gateway, lifecycle.running_stack(home)[1])
        say(f"views      {compared['compared']} up to date {time.monotonic() - began:.1f} s after the first request,")
        say(f"           compared with the live ones: {compared['differences']} differences")
        if compared["differences"]:
            raise CommandFailedError(f"{compared['differences']} views differ")
        say(f"\ncustomer {CUSTOMER}:\n{json.dumps(await _view(gateway), indent=2, ensure_ascii=False)}")
        await _freshness(gateway, customers_of(rows)[:50], say)


async def _view(gateway: Gateway) -> Any:
    return await gateway.get(f"/v1/customers/by/{quote(f'external:{SOURCE}', safe='')}/{CUSTOMER}/view")


async def _freshness(gateway: Gateway, customers: list[str], say: Say) -> None:
    identifiers = [{"type": f"external:{SOURCE}", "value": customer} for customer in customers]
    answer = await gateway.post("/v1/customers/resolve", {"create_missing": False, "identifiers": identifiers})
    ids = [item["id"] for item in answer["items"]]
    times = await measure_freshness(gateway, ids, WRITES, WRITES_PER_SECOND)
    say(
        f"\ncommit to view: p50 {times.p50 * 1000:.0f} ms, p99 {times.p99 * 1000:.0f} ms"
        f" ({WRITES} interactions at {WRITES_PER_SECOND}/s; from the answer of the write until the projected view"
        " shows its Hamdel-Sequence, the view asked for every 5 ms)"
    )
