"""The published JSON Schema of a definition, made from the models that read it.

`python -m survey_service.definition.schema > docs/survey-definition.schema.json` writes the shipped copy again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from survey_service.definition.parts import TEXT_SCHEMA
from survey_service.definition.shapes import SurveyShape

__all__ = ["definition_schema"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
IDENTITY: Final = "urn:hamdel:survey-definition:1"


@cache
def definition_schema() -> dict[str, Any]:
    """JSON Schema 2020-12. What it accepts can be read; a survey must also make sense: references, scales and paths are
    checked when it is stored, and conditions have at most 8 levels and 50 parts."""
    closed: dict[str, Any] = _closed(SurveyShape.model_json_schema())
    closed["$defs"]["Text"] = _closed_members(TEXT_SCHEMA)
    return {"$schema": DIALECT, "$id": IDENTITY, **closed, "title": "Survey definition"}


def _closed(node: Any) -> Any:
    """Texts stand once; an object whose member names have a pattern has no others, which the generator leaves open."""
    if isinstance(node, list):
        return [_closed(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    if node.get("anyOf") == TEXT_SCHEMA["anyOf"]:
        return {"$ref": "#/$defs/Text"}
    return _closed_members(node)


def _closed_members(node: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: _closed(inner) for name, inner in node.items() if name != "discriminator"}
    if "patternProperties" in made:
        made.setdefault("additionalProperties", False)
    return made


if __name__ == "__main__":
    print(json.dumps(definition_schema(), ensure_ascii=False, indent=2))
