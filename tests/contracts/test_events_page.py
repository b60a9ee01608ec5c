"""docs/events.md is generated; what is committed is what the contracts say."""

from __future__ import annotations

from pathlib import Path

from hamdel.contracts.base import all_facts
from hamdel.contracts.docs import main, render

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run python -m hamdel.contracts.docs"


def test_every_fact_and_every_field_of_it_is_on_the_page() -> None:
    sections = dict(part.split("\n", 1) for part in render().split("### ")[1:])

    for fact_type, fact in all_facts().items():
        for name in fact.model_fields:
            assert f"| `{name}` |" in sections[f"`{fact_type}`"]


def test_a_list_of_objects_shows_the_fields_of_its_items() -> None:
    assert "| `items[].quantity` | integer | yes |" in render()


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    target = tmp_path / "events.md"

    assert main([str(target)]) == 0

    assert target.read_text(encoding="utf-8") == render()
