"""However common the words are, and so whichever way they are looked up, the answers and their order are the same."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from profile_service.search import memory, walking
from tests.services.profile.search_people import PEOPLE, known_as, make, person, search_page
from tests.services.profile.support import Api

WORDS = (
    "محمدی رضا", "reza moh", "تکرار نمونه", "تکر نمو", "نرگس حسن", "نرگس حسین زاده", "حسنیی مینو", "sara 6789",
    "joan smith", "jhon smtih", "foolad co", "فولاد شرکت", "rad karimi example", "محمد smith", "لاله co foolad",
    "a b c d e f g", "reza mohammadi m example com reza.m", "ali karim",
)  # fmt: skip
QUERIES: tuple[dict[str, Any], ...] = (
    *({"q": q} for q in WORDS),
    {"q": "محمدی", "kind": "person"},
    {"q": "moh", "tag": "vip"},
    {"q": "co", "kind": "organization"},
)
MEETING = import_module("profile_service.search.repository.meeting")
WAYS: dict[str, dict[tuple[Any, str], int]] = {
    "all words are common": {(walking, "_COMMON"): 1},
    "common, and the first rows do not tell": {(walking, "_COMMON"): 1, (walking, "_FIRST_LOOK"): 1},
    "common, and never met": {(walking, "_COMMON"): 1, (walking, "_FIRST_LOOK"): 1, (walking, "_LOOK"): 0},
    "nothing is rare enough to be read": {(memory, "_FEW"): 0, (memory, "_FEW_WHOLE"): 0},
    "too many have all the words": {
        (walking, "_COMMON"): 1,
        (walking, "_LOOK"): 0,
        (memory, "_FEW"): 0,
        (memory, "_FEW_WHOLE"): 0,
        (MEETING, "MEETING_AT_MOST"): 0,
    },
}


async def answers(api: Api, limit: int) -> list[list[tuple[Any, ...]]]:
    """What every query finds, page after page."""
    found = []
    for query in QUERIES:
        rows: list[tuple[Any, ...]] = []
        cursor: dict[str, str] = {}
        while True:
            page = await search_page(api, limit=limit, **query, **cursor)
            rows += [(item["id"], item["score"], *item["matched"]) for item in page["items"]]
            assert len(rows) <= len(PEOPLE), query
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        found.append(rows)
    return found


async def test_whichever_way_is_taken_the_answers_are_the_same(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await make(api)
    body = {"organization_id": made["foolad"], "role": "buyer"}
    assert (await api.call("POST", f"/v1/customers/{made['member']}/memberships", body)).status_code == 201
    expected = await answers(api, 200)
    assert sum(map(bool, expected)) >= 15
    for way, limits in WAYS.items():
        with monkeypatch.context() as patch:
            for (module, name), value in limits.items():
                patch.setattr(module, name, value)
            assert await answers(api, 200) == expected, way
            assert await answers(api, 2) == expected, way


async def test_a_word_common_among_others_is_found_with_the_rare_one(api: Api) -> None:
    body = {"identifiers": known_as(phone="09351112233")}
    made = [await api.create(**person("زهرا", "نوری", **(body if at == 7 else {}))) for at in range(12)]
    page = await search_page(api, "نوری زهرا 2233")
    assert [item["id"] for item in page["items"]] == [made[7]["id"]]
