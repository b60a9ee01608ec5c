"""`python -m profile_service.duplicates.scans.worker SCAN_ID`: one scan in a process of its own, so that the service
goes on answering. The database is the one of HAMDEL_DATABASE_URL."""

from __future__ import annotations

import asyncio
import os
import sys
from uuid import UUID

from hamdel.contracts.envelope import source_of
from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine
from profile_service.duplicates.scans.service import run_scan

__all__ = ["main"]


async def main(scan_id: UUID, database_url: str) -> None:
    """Runs the scan to its end, or returns at once when another process is at it."""
    engine = create_engine(DatabaseSettings(url=database_url, pool_size=2))
    try:
        await run_scan(UnitOfWorkFactory(engine, source_of("profile-service")), scan_id)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(UUID(sys.argv[1]), os.environ["HAMDEL_DATABASE_URL"]))
