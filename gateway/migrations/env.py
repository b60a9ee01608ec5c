"""Run by `python -m gateway migrate`."""

from hamdel.database.migrations import run_migrations

run_migrations()
