"""The migrations runner, on a folder made for the test."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from hamdel.database.migrations import migrations_dir, upgrade

ENV = "from hamdel.database.migrations import run_migrations\n\nrun_migrations()\n"

REVISION = """
from alembic import op

revision = {revision!r}
down_revision = {down!r}


def upgrade() -> None:
    op.execute("SELECT pg_sleep(0.1)")
    op.execute({statement!r})
"""


def add_revision(folder: Path, revision: str, down: str | None, statement: str) -> None:
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    (folder / "env.py").write_text(ENV)
    script = REVISION.format(revision=revision, down=down, statement=statement)
    (folder / "versions" / f"{revision}_step.py").write_text(script)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A source tree with one revision; gives the folder of the import package."""
    add_revision(tmp_path / "migrations", "0001", None, "CREATE TABLE things (a int)")
    folder = tmp_path / "src" / "a_service"
    folder.mkdir(parents=True)
    return folder


async def value(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_a_database_is_brought_to_the_newest_revision(package: Path, database_for: Callable[[str], str]) -> None:
    url = database_for("empty")
    await upgrade(url, package)
    await upgrade(url, package)
    add_revision(package.parent.parent / "migrations", "0002", "0001", "INSERT INTO things VALUES (7)")
    await upgrade(url, package)
    assert await value(url, "SELECT array_agg(a) FROM things") == [7]
    assert await value(url, "SELECT version_num FROM alembic_version") == "0002"


async def test_several_at_once_wait_for_each_other(package: Path, database_for: Callable[[str], str]) -> None:
    url = database_for("empty")
    add_revision(package.parent.parent / "migrations", "0002", "0001", "INSERT INTO things VALUES (7)")
    # Alembic's script environment is global to a process, so the rivals are processes.
    code = (
        "import asyncio, sys; from pathlib import Path; from hamdel.database.migrations import upgrade; "
        "asyncio.run(upgrade(sys.argv[1], Path(sys.argv[2])))"
    )
    rivals = [await asyncio.create_subprocess_exec(sys.executable, "-c", code, url, str(package)) for _ in range(3)]
    assert [await rival.wait() for rival in rivals] == [0, 0, 0]
    assert await value(url, "SELECT count(*) FROM things") == 1


async def test_a_failing_revision_leaves_nothing_of_itself(package: Path, database_for: Callable[[str], str]) -> None:
    url = database_for("empty")
    add_revision(package.parent.parent / "migrations", "0002", "0001", "INSERT INTO nowhere VALUES (7)")
    with pytest.raises(Exception, match="nowhere"):
        await upgrade(url, package)
    assert await value(url, "SELECT version_num FROM alembic_version") == "0001"


def test_the_wheel_s_folder_comes_first(package: Path) -> None:
    assert migrations_dir(package) == package.parent.parent / "migrations"
    add_revision(package / "_migrations", "0001", None, "SELECT 1")
    assert migrations_dir(package) == package / "_migrations"


def test_a_package_without_migrations_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="other_service"):
        migrations_dir(tmp_path / "src" / "other_service")
