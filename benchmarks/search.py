"""P7: search at 200,000 customers, over HTTP to a real process of profile-service, one query after the other.

The people are those of `benchmarks.people`. They are copied into the tables as an older version would have left them,
and the service puts them into its index when it starts, which is timed as well. The queries are drawn from the people,
so most find somebody; a page has 20 customers. The floor is what no search can go below: reading the same pages of
customers by primary key, straight from the database.

Alone: `python -m benchmarks.search [--customers N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import aiohttp
import asyncpg

from benchmarks.environment import one_service, say
from benchmarks.people import People, people
from benchmarks.report import Figure
from hamdel.clock import utc_now
from hamdel.http import generate_key_pair, issue_token
from hamdel.ids import new_id
from hamdel_cli.embedded.databases import migrate
from hamdel_cli.embedded.postgres import EmbeddedPostgres

__all__ = ["SearchTimes", "measure", "search_figures"]

CUSTOMERS = 200_000
PER_KIND = 40
PAGE = 20
TARGET_MS = 50.0

PAGE_BY_KEY = """
    SELECT c.*, (SELECT jsonb_agg(jsonb_build_array(i.id, i.type, i.raw)) FROM identifiers AS i
                 WHERE i.customer_id = c.id) AS identifiers
    FROM customers AS c WHERE c.id = ANY($1)
"""
COMMON = ("محمدی", "حسینی", "محمد", "علی", "Mohammadi", "Smith", "James", "gmail", "شرکت")
FIRMS = ("فولاد گستر", "foolad gostar", "داده پرداز", "Zagros Novin", "نفت جنوب 12")
NOBODY = ("qqzzxx", "ژژژغغ", "محمد smith", "Sara Nobodyknows", "999999999999", "سارا 0000000")


class SearchTimes:
    """Milliseconds of every request, by kind of query, and of the floor."""

    def __init__(self) -> None:
        self.by_kind: dict[str, list[float]] = {}
        self.floor: list[float] = []
        self.filled_seconds = 0.0

    def all(self) -> list[float]:
        """Every request."""
        return [each for times in self.by_kind.values() for each in times]


def percentile(times: list[float], share: float) -> float:
    """The time that this share of the requests stays below."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


class Asker:
    """Draws queries from what people are called and known under."""

    def __init__(self, made: People, dice: random.Random) -> None:
        self.made, self.dice = made, dice

    def queries(self) -> Iterator[tuple[str, str]]:
        """(kind, query), as many of each kind."""
        for kind, draw in self.kinds().items():
            for _ in range(PER_KIND):
                yield kind, draw()

    def kinds(self) -> dict[str, Callable[[], str]]:
        """How a query of each kind is made."""
        name, known = self.name, self.identifier
        return {
            "full name": name,
            "family name first": lambda: " ".join(reversed(name().split(" ", 1))),
            "three letters": lambda: name()[:3],
            "two letters": lambda: name()[:2],
            "given name and three letters": lambda: re.sub(r"^(\S+ \S{1,3}).*", r"\1", name()),
            "full name with a slip": lambda: self.slip(name()),
            "common word": lambda: self.dice.choice(COMMON),
            "last four digits": lambda: known("phone")[-4:],
            "whole phone": lambda: known("phone"),
            "middle of a phone": lambda: known("phone")[3:8],
            "name and four digits": lambda: f"{name().split()[0]} {known('phone')[-4:]}",
            "card": lambda: known("card"),
            "e-mail": lambda: known("email"),
            "beginning of an e-mail": lambda: known("email").split("@")[0][:8],
            "organisation": lambda: self.dice.choice(FIRMS),
            "nobody": lambda: self.dice.choice(NOBODY),
            "a long one": lambda: " ".join(name() for _ in range(4)),
        }

    def name(self) -> str:
        """Somebody's full name in one of the scripts."""
        return self.dice.choice(self.made.names(self.dice.randrange(len(self.made.bodies))))

    def identifier(self, type_: str) -> str:
        """Somebody's."""
        while True:
            for each in self.dice.choice(self.made.bodies)["identifiers"]:
                if each["type"] == type_:
                    return str(each["value"])

    def slip(self, text: str) -> str:
        """One letter left out."""
        at = self.dice.randrange(1, len(text) - 1)
        return text[:at] + text[at + 1 :]


async def copy(url: str, made: People) -> None:
    """The people as rows of customers and identifiers."""
    now = utc_now()
    customers, identifiers = [], []
    for body in made.bodies:
        customer_id, name = new_id(), body["name"]
        other = name.get("other_script", {})
        parts = [each.get(part) for each in (name, other) for part in ("given", "family", "display")]
        customers.append((customer_id, 1, body["kind"], *parts, [], "{}", "{}", body["tags"], now, now))
        for each in body["identifiers"]:
            form = "+98" + each["value"][1:] if each["type"] == "phone" else each["value"]
            unique = each["type"] == "card"
            identifiers.append((new_id(), customer_id, each["type"], each["value"], form, unique, 2, now))
    names = [f"{part}_name{script}" for script in ("", "_other") for part in ("given", "family", "display")]
    connection = await asyncpg.connect(url)
    try:
        open_objects = ["interests", "preferences", "attributes", "tags"]
        columns = ["id", "version", "kind", *names, *open_objects, "created_at", "updated_at"]
        await connection.copy_records_to_table("customers", records=customers, columns=columns)
        columns = ["id", "customer_id", "type", "raw", "canonical", "exclusive", "normaliser_version", "created_at"]
        await connection.copy_records_to_table("identifiers", records=identifiers, columns=columns)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def wait_until_indexed(url: str, count: int, timeout: float = 600) -> float:
    """Seconds until the service has put everybody into its index; then the tables are vacuumed, as in daily life."""
    connection = await asyncpg.connect(url)
    started = time.perf_counter()
    try:
        while await connection.fetchval("SELECT count(*) FROM customer_search") < count:
            if time.perf_counter() - started > timeout:
                raise RuntimeError(f"not all of {count} customers were in the index within {timeout} s")
            await asyncio.sleep(1)
        seconds = time.perf_counter() - started
        await connection.execute("VACUUM ANALYZE")
        return seconds
    finally:
        await connection.close()


async def ask(url: str, port: int, token: str, asked: list[tuple[str, str]]) -> SearchTimes:
    """Every query once, in random order, after a few to warm up; the floor is read between them."""
    times = SearchTimes()
    headers = {"Authorization": f"Bearer {token}"}
    database = await asyncpg.connect(url)
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=30)) as session:
        for number, (kind, q) in enumerate([*asked[:20], *asked]):
            started = time.perf_counter()
            async with session.get(f"http://127.0.0.1:{port}/v1/customers?limit={PAGE}&q={quote(q)}") as answer:
                answer.raise_for_status()
                page: dict[str, Any] = await answer.json()
            took = time.perf_counter() - started
            ids = [UUID(item["id"]) for item in page["items"]]
            started = time.perf_counter()
            await database.fetch(PAGE_BY_KEY, ids)
            if number >= 20:
                times.by_kind.setdefault(kind, []).append(took * 1000)
                times.floor.append((time.perf_counter() - started) * 1000)
    await database.close()
    return times


def measure(count: int = CUSTOMERS) -> SearchTimes:
    """Fills a database, starts the service on it, and asks."""
    home = Path(tempfile.mkdtemp(prefix="hamdel-search-"))
    server = EmbeddedPostgres(home)
    try:
        server.start()
        private, jwks = generate_key_pair(home / "keys")
        asyncio.run(migrate("profile", server.url()))
        made = people(count)
        asyncio.run(copy(server.url(), made))
        with one_service("profile_service", server.url(), jwks) as port:
            filled = asyncio.run(wait_until_indexed(server.url(), count))
            say(f"P7 {count:,} customers put into the index in {filled:.0f} s")
            asked = list(Asker(made, random.Random(7)).queries())
            random.Random(8).shuffle(asked)
            times = asyncio.run(ask(server.url(), port, issue_token(private, "agent", subject="bench"), asked))
        times.filled_seconds = filled
        return times
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def search_figures(count: int = CUSTOMERS) -> list[Figure]:
    """p50, p95 and p99 of all queries beside the floor, and the slowest kind."""
    times = measure(count)
    for kind, each in sorted(times.by_kind.items(), key=lambda item: percentile(item[1], 0.95)):
        p50, p95 = percentile(each, 0.5), percentile(each, 0.95)
        say(f"P7 {kind}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {max(each):.1f} ms")
    every, floor = times.all(), times.floor
    p95 = percentile(every, 0.95)
    work = f"search, {count:,} customers, {len(every)} queries of {len(times.by_kind)} kinds, pages of {PAGE}"
    shown = f"p50 {percentile(every, 0.5):.1f} ms, p95 {p95:.1f} ms, p99 {percentile(every, 0.99):.1f} ms"
    beside = f"the same pages by primary key: p50 {percentile(floor, 0.5):.1f} ms, p95 {percentile(floor, 0.95):.1f} ms"
    ratio = f"{percentile(every, 0.5) / percentile(floor, 0.5):.1f}"
    filled = f"{count / times.filled_seconds:,.0f} customers/s"
    return [
        Figure("P7", work, shown, beside, ratio, "p95 ≤ 50 ms", p95 <= TARGET_MS),
        Figure("P7", "putting customers of an older version into the index", filled, "", "", "", None),
    ]


def main() -> None:
    """Measures and prints, alone."""
    from benchmarks.report import print_figures

    parser = argparse.ArgumentParser(prog="benchmarks.search")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    print_figures(search_figures(parser.parse_args().customers))


if __name__ == "__main__":
    main()
