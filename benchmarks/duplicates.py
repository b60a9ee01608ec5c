"""Record linkage with known truth: 10,000 made-up customers and 3,000 corrupted copies, the product beside splink.

`.venv/bin/python -m benchmarks.duplicates` prints the table; splink is in requirements-bench.lock, which `make bench`
installs. The truth is used to count, and to choose splink's threshold for it, never by the product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.environment import running_stack, say
from benchmarks.linkage.product import Found, suggested
from benchmarks.linkage.sample import Sample, sample
from benchmarks.report import Figure
from hamdel.text import normalise, unify

__all__ = ["duplicate_figures"]

ORIGINALS, COPIES = 10_000, 3_000
SEEDS = (20_261_122, 20_261_123, 20_261_124)
"""Of a family that was never looked at while the matcher was made (that was 1 to 5)."""

PRECISION, RECALL, SECONDS = 0.995, 0.97, 60.0

Pairs = set[tuple[int, int]]


@dataclass(frozen=True)
class Score:
    """How well a set of pairs answers the truth."""

    precision: float
    recall: float
    seconds: float
    vetoed: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def duplicate_figures() -> list[Figure]:
    """One figure per seed: the product's precision, recall and seconds, beside splink's F1 as the floor."""
    return [_figure(seed, *_measure(seed)) for seed in SEEDS]


def _measure(seed: int) -> tuple[Score, Score]:
    made = sample(ORIGINALS, COPIES, seed)
    with running_stack() as stack:
        found = suggested(stack, made.bodies)
    ours = _scored(set(found.pairs), made, found.seconds)
    say(f"seed {seed}: precision {ours.precision:.4f}, recall {ours.recall:.4f}, scan {ours.seconds:.1f} s")
    theirs = _splink(made, found)
    say(f"seed {seed}: splink precision {theirs.precision:.4f}, recall {theirs.recall:.4f}, {theirs.seconds:.1f} s")
    return ours, theirs


def _scored(pairs: Pairs, made: Sample, seconds: float) -> Score:
    truth = made.truth()
    right = len(pairs & truth)
    return Score(right / max(len(pairs), 1), right / len(truth), seconds, len(_vetoed(pairs, made)))


def _vetoed(pairs: Pairs, made: Sample) -> Pairs:
    """The pairs with two different national ids."""
    ids = [_of_type(body, "national_id") for body in made.bodies]
    return {(a, b) for a, b in pairs if ids[a] and ids[b] and ids[a] != ids[b]}


def _splink(made: Sample, found: Found) -> Score:
    from benchmarks.linkage.rival import scored_pairs

    weights, seconds = scored_pairs([_row(place, body) for place, body in enumerate(found.bodies)])
    for pair in _vetoed(set(weights), made):
        del weights[pair]
    steps = sorted(set(map(round, weights.values())))
    scores = [_scored({pair for pair in weights if weights[pair] >= step}, made, seconds) for step in steps]
    return max(scores, key=lambda score: score.f1)


def _row(place: int, body: dict[str, Any]) -> dict[str, Any]:
    name, address = body["name"], body.get("address") or {}
    plain = {"given": name.get("given"), "family": name.get("family")}
    plain |= {field: address.get(field) for field in ("city", "postal_code", "line1")}
    phone = "".join(filter(str.isdigit, unify(_of_type(body, "phone") or "")))[-9:]
    return {
        "unique_id": place,
        **{field: normalise(value) if value else None for field, value in plain.items()},
        "born": body.get("birth_date"),
        "phone": phone or None,
        "email": (_of_type(body, "email") or "").casefold() or None,
    }


def _of_type(body: dict[str, Any], type_: str) -> str | None:
    return next((each["value"] for each in body["identifiers"] if each["type"] == type_), None)


def _figure(seed: int, ours: Score, theirs: Score) -> Figure:
    held = ours.precision >= PRECISION and ours.recall >= RECALL and ours.seconds <= SECONDS and ours.vetoed == 0
    return Figure(
        "D1",
        f"{COPIES:,} corrupted copies among {ORIGINALS:,} customers, seed {seed}",
        f"precision {ours.precision:.4f}, recall {ours.recall:.4f}, F1 {ours.f1:.4f}, vetoed pairs {ours.vetoed}, "
        f"scan {ours.seconds:.1f} s",
        f"splink at its best threshold: precision {theirs.precision:.4f}, recall {theirs.recall:.4f}, "
        f"F1 {theirs.f1:.4f}, {theirs.seconds:.1f} s",
        f"F1 × {ours.f1 / theirs.f1:.2f}",
        f"precision ≥ {PRECISION}, recall ≥ {RECALL}, F1 ≥ splink's, ≤ {SECONDS:.0f} s, no vetoed pair",
        held and ours.f1 >= theirs.f1,
    )


def main() -> None:
    """Prints the table."""
    table = Table(title="Record linkage with known truth, same rows, same run")
    for column in ("work", "the product", "splink", "ratio", "target", "met"):
        table.add_column(column, overflow="fold")
    for figure in duplicate_figures():
        table.add_row(*figure.cells()[1:])
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
