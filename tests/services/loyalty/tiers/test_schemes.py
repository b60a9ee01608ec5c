"""Writing tiers, trying them first, and ranking people after an edit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from loyalty_service.tiers.ranking import rank_some
from loyalty_service.tiers.schemas import TiersBody
from tests.services.loyalty.tiers.support import ROLLING, Club

LOWER = [{"code": "silver", "at": 50}, {"code": "gold", "at": 150}, {"code": "black", "at": 400}]


async def test_tiers_are_read_as_they_were_written_lowest_first(served: Club) -> None:
    assert (await served.api.get(served.path)).status_code == 404
    written = await served.put(tiers=[ROLLING["tiers"][1], ROLLING["tiers"][0]], grace_days=5, warn_days=14)
    made = written.json()
    read = await served.api.get(served.path)
    assert read.json() == made
    assert read.headers["ETag"] == '"1"'
    assert made == {
        "program_id": str(served.program.id),
        "qualify_by": "points",
        "window": {"kind": "rolling", "months": 12},
        "downgrade": "re_evaluate",
        "tiers": [{"code": "silver", "at": 100, "multiplier": 1.5}, {"code": "gold", "at": 250, "multiplier": 2}],
        "grace_days": 5,
        "warn_days": 14,
        "since": "2026-03-01",
        "version": 1,
    }


async def test_an_edit_needs_the_version_that_was_read(served: Club) -> None:
    await served.tiers()
    assert (await served.put()).status_code == 428
    assert (await served.put(version=2)).status_code == 412
    assert (await served.put(version=1)).json()["version"] == 2
    assert (await served.api.put(served.path, ROLLING, role="agent")).status_code == 403


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"tiers": []}, "at least 1 item"),
        ({"tiers": [{"code": "a", "at": 1}, {"code": "a", "at": 2}]}, "same code or threshold"),
        ({"tiers": [{"code": "a", "at": 1}, {"code": "b", "at": 1}]}, "same code or threshold"),
        ({"tiers": [{"code": "a", "at": 1.5}]}, "whole numbers"),
        ({"window": {"kind": "period", "months": 5}}, "divide a year"),
        ({"window": {"kind": "rolling", "months": 0}}, "greater than or equal to 1"),
        ({"qualify_by": "likes"}, "'points', 'spend' or 'visits'"),
    ],
)
def test_a_scheme_that_makes_no_sense_is_refused(changes: dict[str, Any], kind: str) -> None:
    with pytest.raises(ValidationError, match=kind):
        TiersBody.model_validate(ROLLING | changes)


async def _people(club: Club) -> dict[str, str]:
    """Four members with 60, 100, 200 and 300 points of the first of March."""
    found = {}
    for name, points in (("ann", 60), ("bob", 100), ("cem", 200), ("dee", 300)):
        found[name] = await club.api.customer()
        await club.collect(found[name], points)
    return found


async def test_a_dry_run_says_what_then_happens_and_changes_nothing(served: Club) -> None:
    await served.tiers()
    people = await _people(served)
    served.clock.advance(days=10)
    answer = await served.api.post(f"{served.path}/dry-run", ROLLING | {"tiers": LOWER})
    assert answer.status_code == 200, answer.text
    assert answer.json()["unchanged"] == 2
    said = {(each["from_tier"], each["to_tier"]): each for each in answer.json()["moves"]}
    assert said == {
        (None, "silver"): {"from_tier": None, "to_tier": "silver", "customers": 1, "examples": [people["ann"]]},
        ("silver", "gold"): {"from_tier": "silver", "to_tier": "gold", "customers": 1, "examples": [people["cem"]]},
    }
    assert [await served.tier(each) for each in people.values()] == [None, "silver", "silver", "gold"]

    await served.tiers(version=1, tiers=LOWER)
    await served.move_to("2026-03-11T12:00:00+00:00")
    assert [await served.tier(each) for each in people.values()] == ["silver", "silver", "gold", "gold"]
    assert [len(await served.told(each)) for each in people.values()] == [1, 1, 2, 1]
    found = await served.standing(people["ann"])
    assert found.valid_until == datetime(2027, 3, 12, tzinfo=UTC)


async def test_an_edit_takes_no_tier_before_its_end(served: Club) -> None:
    await served.tiers(warn_days=0)
    people = await _people(served)
    higher = [{"code": "silver", "at": 1000}, {"code": "gold", "at": 5000}]
    tried = await served.api.post(f"{served.path}/dry-run", ROLLING | {"tiers": higher})
    assert tried.json()["moves"] == []
    await served.tiers(version=1, tiers=higher, warn_days=0)
    await served.move_to("2026-03-02")
    assert await served.tier(people["dee"]) == "gold"
    assert (await served.standing(people["dee"])).valid_until == datetime(2027, 3, 2, tzinfo=UTC)
    await served.move_to("2027-03-02")
    assert await served.tier(people["dee"]) is None


async def test_a_tier_that_is_no_more_becomes_the_next_one_that_was_not_harder(club: Club) -> None:
    await club.tiers()
    people = await _people(club)
    await club.tiers(version=1, tiers=[{"code": "silver", "at": 100}, {"code": "black", "at": 1000}])
    await club.move_to("2026-03-02")
    assert await club.tier(people["dee"]) == "silver"
    assert (await club.told(people["dee"]))[-1][:2] == ("gold", "silver")


async def test_the_first_tiers_of_a_programme_rank_who_has_collected_before(club: Club) -> None:
    people = await _people(club)
    club.clock.advance(days=10)
    await club.tiers()
    await club.move_to("2026-03-11T12:00:00+00:00")
    assert [await club.tier(each) for each in people.values()] == [None, "silver", "silver", "gold"]
    assert await club.told(people["bob"]) == [(None, "silver", "2026-03-11T12:00:00Z")]


async def test_a_ranking_goes_on_where_it_was(club: Club) -> None:
    people = await _people(club)
    await club.tiers()
    club_rows = "SELECT count(*) FROM tier_states"
    # the worker of the running application may take part as well
    while await rank_some(club.units, at_once=1):
        pass
    assert (await club.api.rows(club_rows))[0][0] == 4
    assert await club.api.rows("SELECT * FROM tier_rankings") == []
    assert [len(await club.told(each)) for each in people.values()] == [0, 1, 1, 1]


async def test_days_before_an_edit_are_not_judged_again_by_what_comes_late(club: Club) -> None:
    await club.tiers(tiers=[{"code": "silver", "at": 1000}])
    ann = await club.api.customer()
    await club.collect(ann, 100, datetime(2025, 1, 10, tzinfo=UTC))
    await club.tiers(version=1)
    await club.move_to("2026-03-01T13:00:00+00:00")
    # by the new tiers 150 points made silver in January 2025, but those tiers were not there then
    await club.collect(ann, 50, day=date(2025, 1, 11))
    assert await club.tier(ann) is None
