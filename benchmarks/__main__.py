"""`make bench`: P1–P7, P9, P10, I (identity), D1 (duplicates), L (loyalty) and S (surveys), each beside its
floor. `--only P1,P4` runs a part.

Exit code 0 when every figure was measured, met or not: a missed target is a line in RESULTS.md, not a crash.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from benchmarks.duplicates import duplicate_figures
from benchmarks.environment import Stack, running_stack
from benchmarks.identity import identity_figures
from benchmarks.latency import kafka_latency_figure, latency_figure
from benchmarks.loyalty_earning import earning_figures
from benchmarks.loyalty_members import member_figures
from benchmarks.loyalty_sweep import sweep_figures
from benchmarks.population import populate
from benchmarks.redemptions import redemption_figures
from benchmarks.relay import relay_figures
from benchmarks.report import Figure, print_figures, write_results
from benchmarks.search import search_figures
from benchmarks.sections import section_figure
from benchmarks.startup import startup_figures
from benchmarks.survey_ingest import survey_ingest_figures
from benchmarks.survey_results import survey_results_figures
from benchmarks.timeline import timeline_figures
from benchmarks.views import view_figures
from benchmarks.writes import write_figures

CUSTOMERS = 100_000


def on_one_stack(wanted: Callable[[str], bool]) -> list[Figure]:
    """The figures that need a populated stack: views, writes, sections, and the latency on the embedded broker."""

    def measure(stack: Stack) -> list[Figure]:
        customers = populate(stack, CUSTOMERS)
        figures = view_figures(stack, customers) if wanted("P1") else []
        figures += [section_figure(stack)] if wanted("P5") else []
        figures += [latency_figure(stack, "embedded broker")] if wanted("P6") else []
        figures += write_figures(stack) if wanted("P2") or wanted("P3") else []
        # last: what it creates is compared with everybody in the background for a while
        return figures + (identity_figures(stack) if wanted("I") else [])

    with running_stack() as stack:
        return measure(stack)


def main() -> None:
    """Measures, prints the table and, for a whole run, writes RESULTS.md."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--only", default="", help="codes, comma-separated, such as P1,P4")
    only = {code.strip().upper() for code in parser.parse_args().only.split(",") if code.strip()}

    def wanted(code: str) -> bool:
        return not only or code in only

    figures: list[Figure] = []
    if any(wanted(code) for code in ("P1", "P2", "P3", "P5", "P6", "I")):
        figures += on_one_stack(wanted)
    if wanted("P4"):
        figures += relay_figures()
    if wanted("P6"):
        figures.append(kafka_latency_figure())
    if wanted("P7"):
        figures += search_figures()
        figures += timeline_figures()
    alone: dict[str, Callable[[], list[Figure]]] = {
        "P10": redemption_figures,
        "L1": earning_figures,
        "L2": member_figures,
        "L3": sweep_figures,
        "S4": survey_results_figures,
        "S5": survey_ingest_figures,
    }
    for code, measure in alone.items():
        figures += measure() if wanted(code) else []
    if wanted("D1"):
        figures += duplicate_figures()
    if wanted("P9"):
        figures += startup_figures()
    figures.sort(key=lambda figure: figure.code)
    print_figures(figures)
    if not only:
        write_results(figures, "make bench")


if __name__ == "__main__":
    main()
