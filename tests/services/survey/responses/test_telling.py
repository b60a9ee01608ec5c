"""What is written without building a model is what the model would have written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from hamdel.contracts.base import Fact
from hamdel.contracts.survey import DetractorDetected, ResponseSubmitted
from hamdel.database import UnitOfWork
from survey_service.definition import parse
from survey_service.responses.schemas import ResponseState
from survey_service.responses.stepping import Result, Terms, take
from survey_service.responses.submissions import Submission
from survey_service.responses.telling import tell
from tests.services.survey.responses.giving import branching, values
from tests.services.survey.support import CONTEXT

NOW = datetime(2026, 3, 21, 8, 30, 0, 250_000, UTC)
TERMS = Terms(2, parse(branching(crosstab=["tier"])), None, NOW)


def taken(*, finished: bool, terms: Terms = TERMS, **answers: Any) -> Result:
    given = Submission(
        id=UUID(int=1), survey_id=UUID(int=2), step=1, finished=finished, answers=values(**answers),
        customer_id=UUID(int=3), language="fa", channel="web", attributes={"tier": "gold"},
    )  # fmt: skip
    return take(None, given, terms)


@pytest.mark.parametrize(
    "result",
    [
        taken(finished=False),
        taken(finished=True, nps=3, why="دیر", csat=4),
        taken(finished=True, nps=9, terms=replace(TERMS, definition=parse(branching(anonymous=True)))),
    ],
)
def test_the_bytes_of_a_state_are_those_of_its_model(result: Result) -> None:
    model = ResponseState.of(result)
    assert orjson.loads(ResponseState.bytes_of(result)) == orjson.loads(model.model_dump_json())


class Recorded(UnitOfWork):
    """Keeps what is recorded."""

    def __init__(self) -> None:
        self.context, self.facts = CONTEXT, list[tuple[str, dict[str, Any]]]()

    def record_data(
        self, customer_id: UUID, fact_type: str, data: dict[str, Any], *, occurred_at: datetime | None = None
    ) -> None:
        assert customer_id == UUID(int=3)
        self.facts.append((fact_type, orjson.loads(orjson.dumps(data))))


@pytest.mark.parametrize("answers", [{"nps": 3, "why": "slow", "csat": 4}, {"nps": 9}])
async def test_the_data_of_a_fact_are_what_its_contract_dumps(answers: dict[str, Any]) -> None:
    unit, result = Recorded(), taken(finished=True, **answers)
    given = Submission(id=UUID(int=1), survey_id=UUID(int=2), step=1, finished=True, answers={})
    await tell(unit, given, result, TERMS.definition)
    kinds: list[type[Fact]] = [ResponseSubmitted, *([DetractorDetected] if answers["nps"] <= 6 else [])]
    assert [fact_type for fact_type, _ in unit.facts] == [kind.fact_type for kind in kinds]
    for kind, (_, data) in zip(kinds, unit.facts, strict=True):
        assert data == kind.model_validate(data).model_dump(mode="json")
    assert unit.facts[0][1]["submitted_at"] == "2026-03-21T08:30:00.250000Z"
