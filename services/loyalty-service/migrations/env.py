"""Alembic's entry point; the work is shared by every service."""

from hamdel.database.migrations import run_migrations

run_migrations()
