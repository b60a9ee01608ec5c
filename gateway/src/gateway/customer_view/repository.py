"""Every SQL statement of the customer view.

A section of a row is four columns: `data` verbatim, `_state` (its ready entry under `sections`), `_as_of` (RFC 3339
without the `Z`, so that bytes compare as moments) and `_sequence`. A section that is gone has no data and keeps its
sequence: an older record that arrives late cannot bring it back.

`merged` belongs to the profile section: {absorbed id: merge id} for everybody merged into the customer, however deep.
The section of a survivor names its whole family, so one step leads from an absorbed id to the row that shows it. As the
links are nothing but a part of each customer's newest section, it makes no difference in which order sections arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import Template
from typing import Any, Final, cast
from uuid import UUID

import asyncpg
import orjson

from gateway.customer_view.assemble import EMPTY_PIECES, Piece, View
from gateway.customer_view.sections import EMPTY_DATA, EMPTY_STATE, Section, Tombstone
from hamdel.contracts.sections import SECTIONS
from hamdel.database import DatabaseSettings, plain_url

__all__ = ["Row", "ViewRepository", "open_pool"]

UPSERT: Final = Template(
    """
    INSERT INTO customer_views AS v (customer_id, ${name}, ${name}_state, ${name}_as_of, ${name}_sequence)
    SELECT * FROM unnest($$1::uuid[], $$2::bytea[], $$3::bytea[], $$4::bytea[], $$5::bigint[])
    ON CONFLICT (customer_id) DO UPDATE SET ${name} = EXCLUDED.${name}, ${name}_state = EXCLUDED.${name}_state,
        ${name}_as_of = EXCLUDED.${name}_as_of, ${name}_sequence = EXCLUDED.${name}_sequence
    WHERE v.${name}_sequence < EXCLUDED.${name}_sequence
    """
)

UPSERT_PROFILE: Final = """
    INSERT INTO customer_views AS v
        (customer_id, profile, profile_state, profile_as_of, profile_sequence, profile_masked, merged)
    SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bytea[], $7::jsonb[])
    ON CONFLICT (customer_id) DO UPDATE SET profile = EXCLUDED.profile, profile_state = EXCLUDED.profile_state,
        profile_as_of = EXCLUDED.profile_as_of, profile_sequence = EXCLUDED.profile_sequence,
        profile_masked = EXCLUDED.profile_masked, merged = EXCLUDED.merged
    WHERE v.profile_sequence < EXCLUDED.profile_sequence
    """

REMOVE: Final = Template(
    """
    INSERT INTO customer_views AS v (customer_id, ${name}_sequence)
    SELECT * FROM unnest($$1::uuid[], $$2::bigint[])
    ON CONFLICT (customer_id) DO UPDATE SET ${name} = NULL, ${name}_state = NULL, ${name}_as_of = NULL, ${more}
        ${name}_sequence = GREATEST(v.${name}_sequence, EXCLUDED.${name}_sequence)
    WHERE EXCLUDED.${name}_sequence = 0 OR EXCLUDED.${name}_sequence >= v.${name}_sequence
    """
)

READ_VIEWS: Final = Template(
    """
    SELECT customer_id::text,
        '{"customer_id":"'::bytea || customer_id::text::bytea
        || '","as_of":"'::bytea || GREATEST(profile_as_of, interactions_as_of, surveys_as_of, loyalty_as_of)
        || 'Z","complete":true,"profile":'::bytea || ${profile}
        || ',"interactions":'::bytea || COALESCE(interactions, '${no_interactions}'::bytea)
        || ',"surveys":'::bytea || COALESCE(surveys, '${no_surveys}'::bytea)
        || ',"loyalty":'::bytea || COALESCE(loyalty, '${no_loyalty}'::bytea)
        || ',"sections":{"profile":'::bytea || profile_state
        || ',"interactions":'::bytea || COALESCE(interactions_state, '${no_state}'::bytea)
        || ',"surveys":'::bytea || COALESCE(surveys_state, '${no_state}'::bytea)
        || ',"loyalty":'::bytea || COALESCE(loyalty_state, '${no_state}'::bytea)
        || '}}'::bytea,
        ('profile=' || profile_sequence || ', interactions=' || interactions_sequence
        || ', surveys=' || surveys_sequence || ', loyalty=' || loyalty_sequence)::bytea
    FROM customer_views WHERE customer_id = ANY($$1::uuid[]) AND profile IS NOT NULL
    """
)

COLUMNS: Final = """customer_id, profile, profile_as_of, profile_sequence, profile_masked,
    interactions, interactions_as_of, interactions_sequence, surveys, surveys_as_of, surveys_sequence,
    loyalty, loyalty_as_of, loyalty_sequence"""

READ_ROWS: Final = Template("SELECT ${columns} FROM customer_views WHERE customer_id = ANY($$1::uuid[])")

# Two rows may name the same absorbed id for a moment, while the section of one of them is still on its way: the newer
# link counts, and of one link that moved with its whole family, the newer section.
READ_SURVIVOR: Final = Template(
    """
    SELECT ${columns} FROM customer_views WHERE merged ? $$1::text
    ORDER BY (merged ->> $$1::text)::uuid DESC, profile_as_of DESC LIMIT 1
    """
)

READ_PAGE: Final = """
    SELECT customer_id FROM customer_views WHERE customer_id > $1 ORDER BY customer_id LIMIT $2
    """

READ_SECONDS: Final = 2.0
BULK_SECONDS: Final = 10.0

NOBODY: Final = UUID(int=0)


class Row:
    """A customer's stored sections; `masked` chooses the profile for readers without `pii:read`."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record

    @property
    def customer_id(self) -> UUID:
        """Whose sections these are."""
        return cast("UUID", self._record["customer_id"])

    def sequence(self, name: str) -> int:
        """The newest sequence applied, 0 where none was; a section that is gone keeps its last."""
        return int(self._record[f"{name}_sequence"])

    @property
    def has_profile(self) -> bool:
        """Whether the customer's own profile is here; it is not after an erasure or a merge into another one."""
        return self._record["profile"] is not None

    def piece(self, name: str, *, masked: bool = False) -> Piece:
        """The section as it is shown."""
        data = self._record[name]
        if data is None:
            return Piece("empty", self.sequence(name), None, EMPTY_DATA[name])
        if masked and name == "profile":
            data = self._record["profile_masked"] or data
        return Piece("ok", self.sequence(name), self._record[f"{name}_as_of"].decode() + "Z", data)

    def pieces(self, *, masked: bool = False) -> dict[str, Piece]:
        """All four sections."""
        return {name: self.piece(name, masked=masked) for name in EMPTY_PIECES}


class ViewRepository:
    """The table `customer_views` over a pool of asyncpg connections; raises asyncpg's and the socket's errors.

    `healthy` says whether the database answered a moment ago: a read does not wait for one that does not."""

    def __init__(self, pool: asyncpg.Pool, healthy: Callable[[], bool] = lambda: True) -> None:
        self._pool = pool
        self._healthy = healthy
        self._plain, self._masked = _read_views("profile"), _read_views("COALESCE(profile_masked, profile)")

    async def views(self, customer_ids: Sequence[str], *, masked: bool) -> dict[str, View]:
        """Ready views by id (canonical lower case); customers without a projected profile are missing."""
        self._require_healthy()
        rows = await self._pool.fetch(self._masked if masked else self._plain, customer_ids)
        return {row[0]: View(row[1], row[2], row[0]) for row in rows}

    async def rows(self, customer_ids: Sequence[UUID]) -> dict[UUID, Row]:
        """The stored sections of these customers; unknown ones are missing."""
        self._require_healthy()
        rows = await self._pool.fetch(READ_ROWS.substitute(columns=COLUMNS), customer_ids)
        return {row["customer_id"]: Row(row) for row in rows}

    async def survivor(self, absorbed_id: UUID) -> Row | None:
        """The row that shows a customer who was merged into another one; None where no row says so."""
        self._require_healthy()
        row = await self._pool.fetchrow(READ_SURVIVOR.substitute(columns=COLUMNS), str(absorbed_id))
        return Row(row) if row else None

    async def page(self, after: UUID | None, limit: int) -> list[UUID]:
        """The next customer ids in order of id."""
        return [row[0] for row in await self._pool.fetch(READ_PAGE, after or NOBODY, limit)]

    async def store(self, name: str, sections: Sequence[Section]) -> None:
        """Stores one section of many customers, each at most once in the call; only newer sequences count."""
        if not sections:
            return
        ordered = sorted(sections, key=lambda section: section.customer_id.int)
        columns: list[list[Any]] = [
            [section.customer_id for section in ordered],
            [section.data for section in ordered],
            [section.state for section in ordered],
            [section.as_of[:-1].encode() for section in ordered],
            [section.sequence for section in ordered],
        ]
        if name == "profile":
            columns.append([section.masked for section in ordered])
            columns.append([orjson.dumps(section.merged).decode() if section.merged else None for section in ordered])
            await self._pool.execute(UPSERT_PROFILE, *columns, timeout=BULK_SECONDS)
        else:
            await self._pool.execute(UPSERT.substitute(name=name), *columns, timeout=BULK_SECONDS)

    async def remove(self, name: str, tombstones: Sequence[Tombstone]) -> None:
        """Empties one section of many customers; a tombstone older than what is stored is ignored."""
        if not tombstones:
            return
        ordered = sorted(tombstones, key=lambda gone: gone.customer_id.int)
        more = "profile_masked = NULL, merged = NULL," if name == "profile" else ""
        await self._pool.execute(
            REMOVE.substitute(name=name, more=more),
            [gone.customer_id for gone in ordered],
            [gone.sequence or 0 for gone in ordered],
            timeout=BULK_SECONDS,
        )

    def _require_healthy(self) -> None:
        if not self._healthy():
            raise ConnectionError("the database does not answer")


def _read_views(profile: str) -> str:
    empty = {f"no_{name}": EMPTY_DATA[name].decode() for name in SECTIONS if name != "profile"}
    return READ_VIEWS.substitute(profile=profile, no_state=EMPTY_STATE.decode(), **empty)


async def _keep(_connection: object) -> None:
    """Replaces asyncpg's reset between two uses: no session state is ever set here, and it costs a round trip."""


async def open_pool(settings: DatabaseSettings) -> asyncpg.Pool:
    """A pool that makes its first connection when first used: the gateway starts without its database."""
    return await asyncpg.create_pool(
        plain_url(settings.url),
        min_size=0,
        max_size=settings.pool_size,
        timeout=settings.connect_timeout,
        command_timeout=READ_SECONDS,
        reset=_keep,
        server_settings={
            "application_name": "hamdel-gateway",
            "timezone": "UTC",
            "statement_timeout": str(settings.statement_timeout_ms),
        },
    )
