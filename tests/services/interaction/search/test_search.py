"""Search over what was said: Persian spellings folded, the last word a beginning, the newest first."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from hamdel.database import UnitOfWorkFactory
from interaction_service.search.service import index_some
from tests.services.interaction.support import CONTEXT, Api, interaction


async def indexed(units: UnitOfWorkFactory) -> None:
    """All waiting texts are findable; the running service may be at some of them itself."""
    waits = True
    while waits:
        async with units(CONTEXT) as unit:
            await index_some(unit.connection, 1_000)
        async with units.reading() as connection:
            waits = (await connection.execute(text("SELECT EXISTS (SELECT FROM search_waiting)"))).scalar_one()


async def said(api: Api, customer: str, *subjects: str, **changes: Any) -> list[str]:
    """The ids of interactions with these subjects, a minute after each other."""
    items = [
        interaction(customer, subject=subject, occurred_at=f"2026-03-01T10:{minute:02}:00Z", **changes)
        for minute, subject in enumerate(subjects)
    ]
    return [one["id"] for one in await api.batch("/v1/interactions/batch", items)]


async def found(api: Api, q: str, **query: Any) -> list[str]:
    """The ids of the first page."""
    answer = await api.client.get(
        "/v1/interactions/search", params={"q": q} | query, headers=api.tokens.bearer("agent")
    )
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


SPELLINGS = [
    ("كتاب‌هاي علمي", "کتاب"),
    ("كتاب‌هاي علمي", "کتابهای"),
    ("کتاب علمی", "كتاب علمي"),
    ("سفارش ۱۲۳۴", "1234"),
    ("سفارش 1234", "۱۲۳"),
    ("مُدیر مسئول", "مدير مسیول"),
    ("آدرس تازه", "ادرس"),
    ("Résumé of the CALL", "resume call"),
    ("مــشــتــری", "مشتری"),
    ("نامه به ali@example.com", "ali@example.com"),
]


async def test_spellings_are_folded_alike_in_texts_and_questions(api: Api, units: UnitOfWorkFactory) -> None:
    customers = [await api.customer() for _ in SPELLINGS]
    ids = [await said(api, one, written) for one, (written, _) in zip(customers, SPELLINGS, strict=True)]
    await indexed(units)
    asked = zip(customers, SPELLINGS, strict=True)
    assert [await found(api, question, customer_id=one) for one, (_, question) in asked] == ids


async def test_words_are_not_found_by_their_inside_and_all_must_be_there(api: Api, units: UnitOfWorkFactory) -> None:
    await said(api, await api.customer(), "کتاب علمی")
    await indexed(units)
    asked = ("تاب", "علم کتاب", "کتاب علمی جدید", "'کتاب' | x")
    assert [await found(api, one) for one in asked] == [[], [], [], []]


async def test_subjects_bodies_and_the_notes_of_interviews_are_searched(api: Api, units: UnitOfWorkFactory) -> None:
    customer = await api.customer()
    notes = {"participants": ["Rad"], "notes": [{"topic": "price", "answer": "گران است"}]}
    subject, body, interview = [
        (await api.post("/v1/interactions", interaction(customer, **one))).json()["id"]
        for one in ({"subject": "alpha"}, {"body": "beta"}, {"kind": "interview", "attributes": notes})
    ]
    await api.post("/v1/interactions", interaction(customer, attributes={"hidden": "gamma"}))
    await indexed(units)
    answers = [await found(api, word) for word in ("alpha", "beta", "گران", "rad", "gamma")]
    assert answers == [[subject], [body], [interview], [interview], []]


async def test_pages_walk_from_the_newest_to_the_oldest(api: Api, units: UnitOfWorkFactory) -> None:
    ids = await said(api, await api.customer(), *(f"order {n}" for n in range(7)))
    await indexed(units)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get(f"/v1/interactions/search?q=order&limit=3{cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert seen == ids[::-1]


async def test_a_customers_search_sees_the_whole_family_and_nobody_else(api: Api, units: UnitOfWorkFactory) -> None:
    one, absorbed, other = [await api.customer() for _ in range(3)]
    (own,), (theirs,), _ = [await said(api, customer, "a late parcel") for customer in (one, absorbed, other)]
    link = text("UPDATE event_streams SET linked_to = :to WHERE customer_id = :id")
    async with api.engine.begin() as connection:
        await connection.execute(link, {"to": UUID(one), "id": UUID(absorbed)})
    await indexed(units)
    assert set(await found(api, "parcel", customer_id=absorbed)) == {own, theirs}
    assert len(await found(api, "parcel")) == 3


async def test_a_rare_word_is_found_behind_many_newer_texts(api: Api, units: UnitOfWorkFactory) -> None:
    customer = await api.customer()
    rare = (await api.post("/v1/interactions", interaction(customer, subject="zebra"))).json()["id"]
    filler = text(
        "INSERT INTO search_entries SELECT gen_random_uuid(), 'interaction', gen_random_uuid(), "
        "now() + n * interval '1 second', array_to_tsvector(ARRAY['horse']) FROM generate_series(1, 2500) AS n"
    )
    async with api.engine.begin() as connection:
        await connection.execute(filler)
    await indexed(units)
    assert await found(api, "zeb") == [rare]


async def test_a_question_without_a_word_is_refused(api: Api) -> None:
    queries = ["q=", "q=%20%3F!", "q=" + "a" * 201, "", "q=a&customer_id=7", "q=a&limit=0"]
    answers = [(await api.get(f"/v1/interactions/search?{query}")).status_code for query in queries]
    assert answers == [422] * 6


async def test_a_customer_does_not_search(api: Api) -> None:
    customer = await api.customer()
    answer = await api.get("/v1/interactions/search?q=a", role="customer", customer_id=UUID(customer))
    assert answer.status_code == 403


async def test_the_service_makes_texts_findable_by_itself(api: Api) -> None:
    (one,) = await said(api, await api.customer(), "itself")
    for _ in range(200):
        if await found(api, "itself") == [one]:
            return
        await asyncio.sleep(0.05)
    pytest.fail("not findable after ten seconds")


async def test_a_text_whose_transaction_is_still_open_is_neither_seen_nor_lost(
    api: Api, units: UnitOfWorkFactory
) -> None:
    """The older text is committed after the newer one was made findable: a mark of how far we are would skip it."""
    customer = await api.customer()
    late, early = [
        (await api.post("/v1/interactions", interaction(customer, subject=subject))).json()["id"]
        for subject in ("late", "early")
    ]
    await indexed(units)
    again = text("INSERT INTO search_waiting VALUES (:id)")
    forget = text("DELETE FROM search_entries WHERE id = :id")
    async with api.engine.begin() as slow:
        await slow.execute(forget, {"id": late})
        await slow.execute(again, {"id": late})
        (newer,) = await said(api, customer, "newer")
        await indexed(units)
        assert await found(api, "newer") == [newer]
    await indexed(units)
    assert (await found(api, "late"), await found(api, "early")) == ([late], [early])


async def test_two_replicas_never_take_the_same_text(api: Api, units: UnitOfWorkFactory) -> None:
    await said(api, await api.customer(), *(f"text {n}" for n in range(40)))
    counts = []
    async with units(CONTEXT) as one, units(CONTEXT) as other:
        counts = [await index_some(one.connection, 25), await index_some(other.connection, 25)]
    assert sum(counts) <= 40
    await indexed(units)
    assert await api.rows("SELECT count(*) FROM search_entries") == [(40,)]
    assert await api.rows("SELECT count(*) FROM search_waiting") == [(0,)]
