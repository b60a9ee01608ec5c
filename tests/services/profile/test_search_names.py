"""Everybody is found by the own full name, in either script, among the first."""

from __future__ import annotations

from collections import Counter

from benchmarks.people import people
from hamdel.database import UnitOfWorkFactory
from hamdel.http import Paging
from hamdel.ids import new_id
from hamdel.text import normalise
from profile_service.customers import service as customers
from profile_service.customers.schemas import CustomerBody
from profile_service.search.query import Query
from profile_service.search.repository import Filters
from profile_service.search.service import Wish, find
from tests.services.profile.support import CONTEXT


async def test_everybody_is_found_by_the_full_name_in_either_script_among_the_first_three(
    units: UnitOfWorkFactory,
) -> None:
    made = people(90, seed=11)
    ids = [new_id() for _ in made.bodies]
    async with units(CONTEXT) as unit:
        bodies = [CustomerBody.model_validate(body).document() for body in made.bodies]
        await customers.add_all(unit, [(id_, body, []) for id_, body in zip(ids, bodies, strict=True)])
    names = [made.names(at) for at in range(len(ids))]
    borne = Counter(name for both in names for name in set(both))
    missed = []
    async with units.reading() as connection:
        for id_, both in zip(ids, names, strict=True):
            for name in {name for name in both if borne[name] == 1}:
                wish = Wish(Query.of(normalise(name)), (), None, Filters())
                answers, _ = await find(connection, wish, Paging(limit=3))
                if id_ not in [answer.customer.id for answer in answers]:
                    missed.append(name)
    assert missed == []
    assert sum(count == 1 for count in borne.values()) > 90
