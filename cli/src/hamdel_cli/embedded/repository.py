"""Every SQL statement of the embedded stack. Identifiers and passwords are quoted by the server's own `format`."""

from __future__ import annotations

from typing import Any

__all__ = ["backlog", "create_database", "create_role", "customers", "databases"]


async def databases(connection: Any) -> set[str]:
    """Names of the databases that exist."""
    return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}


async def create_role(connection: Any, name: str, password: str) -> None:
    """A login role with this password; the password of an existing one is set."""
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
    verb = "ALTER" if exists else "CREATE"
    statement = await connection.fetchval(
        "SELECT format($1::text || ' ROLE %I LOGIN PASSWORD %L', $2::text, $3::text)", verb, name, password
    )
    await connection.execute(statement)


async def create_database(connection: Any, name: str) -> None:
    """A database owned by the role of the same name; other roles may not connect to it."""
    owned = "SELECT format('CREATE DATABASE %I OWNER %I', $1::text, $1::text)"
    closed = "SELECT format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', $1::text)"
    for statement in (owned, closed):
        await connection.execute(await connection.fetchval(statement, name))


async def backlog(connection: Any) -> dict[str, int]:
    """What a service has not published or applied yet: events in the outbox, customers whose section is older than
    their stream, events parked after an error."""
    row = await connection.fetchrow(
        """
        SELECT (SELECT count(*) FROM outbox) AS events,
               (SELECT count(*) FROM event_streams WHERE section_sequence > section_published) AS sections,
               (SELECT count(*) FROM parked_events) AS parked
        """
    )
    return dict(row)


async def customers(connection: Any) -> set[str]:
    """Ids of all customers that the service has published something about."""
    rows = await connection.fetch("SELECT CAST(customer_id AS text) AS id FROM event_streams WHERE sequence > 0")
    return {row["id"] for row in rows}
