"""Figures with their floors, as a table on the screen and in RESULTS.md."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hamdel.clock import utc_now

__all__ = ["Figure", "print_figures", "write_results"]

RESULTS = Path(__file__).with_name("RESULTS.md")
COLUMNS = ("", "work", "measured", "floor", "ratio", "target", "met")


@dataclass(frozen=True)
class Figure:
    """One line: what was measured beside what floor. `met` is None where the line has no target of its own."""

    code: str
    work: str
    measured: str
    floor: str
    ratio: str
    target: str
    met: bool | None

    def cells(self) -> tuple[str, ...]:
        """The line as text, in the order of the columns."""
        verdict = {True: "yes", False: "NO", None: ""}[self.met]
        return (self.code, self.work, self.measured, self.floor, self.ratio, self.target, verdict)


def print_figures(figures: list[Figure]) -> None:
    """Prints the table."""
    table = Table(title="Hamdel beside its floors, same machine, same run")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for figure in figures:
        table.add_row(*figure.cells())
    Console(width=170).print(table)


def write_results(figures: list[Figure], command: str) -> None:
    """Writes RESULTS.md, bad figures included."""
    when = utc_now().strftime("%Y-%m-%d %H:%M UTC")
    head = "| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS) + "\n"
    rows = "".join("| " + " | ".join(figure.cells()) + " |\n" for figure in figures)
    RESULTS.write_text(
        "# Results\n\n"
        "A figure counts as a ratio to its floor, both measured in the same run on the same machine; absolute numbers "
        "move with the machine.\nMade by `" + command + "`; nothing here was typed by hand.\n\n"
        f"{when}, {platform.machine()}, 2 cores, Python {platform.python_version()}, PostgreSQL 18 and the broker on "
        "the same cores.\n\n" + head + rows,
        encoding="utf-8",
    )
