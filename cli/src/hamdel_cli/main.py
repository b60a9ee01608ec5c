"""The `hamdel` command: every subcommand is registered here, its work is imported when it runs."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import typer

from hamdel_cli.commands import checks, data, duplicates, identity, kafka, ledger, stack
from hamdel_cli.errors import CommandFailedError

__all__ = ["app"]


class Application(typer.Typer):
    """Turns a failure into one line on stderr and exit code 1."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the command line of this process."""
        # a broker that is away is said once, by us, and not for each of aiokafka's attempts
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        try:
            return super().__call__(*args, **kwargs)
        except CommandFailedError as error:
            line = str(error)
        except KeyboardInterrupt:
            line = "interrupted"
        except Exception as error:
            if os.environ.get("HAMDEL_DEBUG"):
                raise
            line = f"unexpected {type(error).__name__}: {error}"
        sys.stderr.write(f"hamdel: {line}\n")
        sys.exit(1)


app = Application(
    name="hamdel",
    help="Hamdel keeps one true picture of every customer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for module in (stack, identity, data, duplicates, ledger, kafka, checks):
    module.register(app)
