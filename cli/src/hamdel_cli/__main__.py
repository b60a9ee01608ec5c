"""`python -m hamdel_cli` is the `hamdel` command."""

from hamdel_cli.main import app

app()
