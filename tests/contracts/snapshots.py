"""The JSON Schema of every fact as it was published last, in `schemas/`.

`python -m tests.contracts.snapshots` writes them again after an additive change and refuses a breaking one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from hamdel.contracts.base import Fact, all_facts
from tests.contracts.compatibility import breaking_changes, normal_form

__all__ = ["SCHEMAS", "current_schema", "main", "stored_schema"]

SCHEMAS: Final = Path(__file__).with_name("schemas")


def current_schema(fact: type[Fact]) -> dict[str, Any]:
    """What the code of today writes, which is what others read, in normal form."""
    return normal_form(fact.model_json_schema(mode="serialization"))


def stored_schema(fact_type: str, folder: Path = SCHEMAS) -> dict[str, Any] | None:
    """What was published last; None for a new type."""
    path = folder / f"{fact_type}.json"
    if not path.exists():
        return None
    loaded = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def main(folder: Path = SCHEMAS) -> int:
    """Writes the snapshots; 1 and nothing written where one of them would break somebody."""
    facts = all_facts()
    broken = [
        f"{fact_type}{change}"
        for fact_type, fact in facts.items()
        if (stored := stored_schema(fact_type, folder)) is not None
        for change in breaking_changes(stored, current_schema(fact))
    ]
    if broken:
        print("\n".join(["a breaking change needs a new major version:", *broken]), file=sys.stderr)
        return 1
    for fact_type, fact in facts.items():
        text = json.dumps(current_schema(fact), indent=2, sort_keys=True) + "\n"
        (folder / f"{fact_type}.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
