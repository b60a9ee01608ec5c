"""Thirty people and firms that are easily mixed up, made by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.services.profile.support import Api

Body = dict[str, Any]


def person(given: str, family: str, latin: str = "", /, **more: Any) -> Body:
    """A person; `latin` is the name in the other script, given name first."""
    name: Body = {"given": given, "family": family}
    if latin:
        name["other_script"] = dict(zip(("given", "family"), latin.split(" ", 1), strict=True))
    return {"kind": "person", "name": name, **more}


def known_as(**identifiers: str) -> list[dict[str, str]]:
    """Identifiers from `phone="…"`; `external_shop` stands for `external:shop`."""
    return [{"type": type_.replace("_shop", ":shop"), "value": value} for type_, value in identifiers.items()]


PEOPLE: dict[str, Body] = {
    "sara": person("سارا", "حسینی", "Sara Hosseini", identifiers=known_as(phone="0912 345 6789")),
    "alone": person("مینو", "حسینی"),
    "reza": person("رضا", "محمدی", "Reza Mohammadi", identifiers=known_as(email="reza.m@example.com")),
    "alireza": person("علی‌رضا", "محمدی", "Alireza Mohammadi", tags=["vip"]),
    "swapped": person("محمدی", "رضا"),
    "mahmoud": person("محمود", "کریمی", "Mahmoud Karimi", identifiers=known_as(card="AbC-900-77")),
    "karim": person("کریم", "محمودی", "Karim Mahmoudi"),
    "hyphen": person("نرگس", "حسین‌زاده", "Narges Hosseinzadeh"),
    "spaced": person("نرگس", "حسن زاده", "Narges Hassan Zadeh"),
    "tahmasebi": person("الهام", "طهماسبی", "Elham Tahmasebi"),
    "arabic": person("علي", "كاظمي"),
    "john": person("John", "Smith", tags=["vip", "press"], identifiers=known_as(phone="+44 20 7946 0958")),
    "smithson": person("Joan", "Smithson"),
    "jose": person("José", "García"),
    "oneil": person("Shaun", "O'Neil"),
    "nationalid": person("پریسا", "یزدان", identifiers=known_as(national_id="0499370899")),
    "external": person("بابک", "یزدان", identifiers=known_as(external_shop="B-42")),
    "mail": person("بابک", "راد", identifiers=known_as(email="babak.rad@Karimi-co.example")),
    "member": person("لاله", "فروتن"),
    "left": person("لادن", "فروغ"),
    "foolad": {
        "kind": "organization",
        "name": {"display": "شرکت فولاد گستر", "other_script": {"display": "Foolad Co"}},
    },
    "supplier": {"kind": "supplier", "name": {"display": "Northwind Paper"}},
    "gone": person("گلنار", "حسینی"),
    **{f"dup{number}": person("تکرار", "نمونه") for number in range(7)},
}


async def make(api: Api, *names: str) -> dict[str, str]:
    """Makes people (all of them if none is named), in the order of the table; ids by name."""
    return {name: (await api.create(**PEOPLE[name]))["id"] for name in names or PEOPLE}


async def search(api: Api, q: str | None = None, **parameters: Any) -> list[dict[str, Any]]:
    """The items of the first page."""
    page = await search_page(api, q, **parameters)
    items: list[dict[str, Any]] = page["items"]
    return items


async def search_page(api: Api, q: str | None = None, **parameters: Any) -> dict[str, Any]:
    """A page."""
    asked = {**({"q": q} if q is not None else {}), **parameters}
    answer = await api.get("/v1/customers?" + "&".join(f"{key}={quote(str(value))}" for key, value in asked.items()))
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page
