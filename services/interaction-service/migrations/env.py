"""Alembic's entry: the runner is shared."""

from hamdel.database.migrations import run_migrations

run_migrations()
