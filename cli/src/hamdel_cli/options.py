"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["HomeOption", "JsonOption", "VerboseOption"]

HomeOption = Annotated[Path, typer.Option("--home", help="State folder of the stack.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Print how long each phase takes.")]
