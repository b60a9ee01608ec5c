"""Open responses that nobody goes on with do not stay for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hamdel.database import UnitOfWorkFactory
from survey_service.responses.background import KEPT, delete_abandoned
from tests.services.survey.responses.giving import branching, new_uuid, put, values
from tests.services.survey.support import Api


@pytest.mark.parametrize("anonymous", [False, True])
async def test_open_responses_abandoned_for_ninety_days_go_and_all_others_stay(
    api: Api, units: UnitOfWorkFactory, anonymous: bool
) -> None:
    survey_id, old, finished = await api.survey(branching(anonymous=anonymous)), new_uuid(), new_uuid()
    await put(api, survey_id, old, 1, values(nps=3))
    await put(api, survey_id, finished, 1, values(nps=9), finished=True)
    soon = datetime.now(UTC) + timedelta(days=2)
    assert timedelta(days=90) == KEPT
    assert await delete_abandoned(units, soon - KEPT, anonymous=anonymous) == 0, "they are a moment old"
    assert await delete_abandoned(units, soon, anonymous=not anonymous) == 0
    assert await delete_abandoned(units, soon, anonymous=anonymous) == 1
    assert await api.rows("SELECT status FROM responses") == [("finished",)]
    results = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    assert (results["responses"], results["finished"]) == (1, 1)
    began_again = await put(api, survey_id, old, 2, values(nps=4))
    assert began_again.status_code == 201
