"""Kinds of interactions with a known shape, and attachments by reference."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hamdel.http.validation import field_errors
from hamdel.ids import new_id
from interaction_service.interactions.schemas import InteractionBody
from tests.services.interaction.support import Api, interaction

INTERVIEW: dict[str, Any] = {
    "participants": ["خانم راد", "our Ali"],
    "notes": [{"topic": "delivery", "question": "What hurts?", "answer": "Late parcels"}],
    "next_steps": ["call the courier"],
    "place": "Tehran",
}
FILE: dict[str, Any] = {
    "url": "https://files.example/a/%D8%A7.pdf?x=1",
    "type": "application/pdf",
    "size": 12_345,
    "hash": "sha256:" + "0a" * 32,
}


def faults(**changes: Any) -> list[str]:
    """The pointers of what is wrong with an interaction."""
    try:
        InteractionBody.model_validate(interaction(str(new_id()), **changes))
    except ValidationError as error:
        return [one.pointer for one in field_errors(error.errors())]
    return []


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("page_view", {"url": "/basket", "title": "سبد خرید"}),
        ("login", {}),
        ("location", {"lat": 35.6892, "lon": 51.389, "accuracy": 12}),
        ("location", {"lat": -90, "lon": 180}),
        ("interview", INTERVIEW),
        ("whatever", {"lat": 91}),
    ],
)
def test_what_fits_its_kind_is_taken(kind: str, attributes: dict[str, Any]) -> None:
    assert faults(kind=kind, attributes=attributes) == []


async def test_structured_notes_come_back_as_they_were_sent(api: Api) -> None:
    sent = interaction(await api.customer(), channel="in_person", kind="interview", attributes=INTERVIEW)
    made = (await api.post("/v1/interactions", sent)).json()
    assert (await api.get(f"/v1/interactions/{made['id']}")).json()["attributes"] == INTERVIEW


@pytest.mark.parametrize(
    ("kind", "attributes", "pointers"),
    [
        ("page_view", {}, ["/attributes/url"]),
        ("page_view", {"url": ""}, ["/attributes/url"]),
        ("location", {"lat": 90.01, "lon": 0}, ["/attributes/lat"]),
        ("location", {"lat": 0, "lon": -180.5}, ["/attributes/lon"]),
        ("location", {"lat": "35", "lon": True}, ["/attributes/lat", "/attributes/lon"]),
        ("interview", {"notes": []}, ["/attributes/participants"]),
        ("interview", INTERVIEW | {"notes": [{"topic": "x"}]}, ["/attributes/notes/0/answer"]),
        ("interview", INTERVIEW | {"next_steps": [7]}, ["/attributes/next_steps/0"]),
    ],
)
def test_what_does_not_fit_its_kind_is_refused_where_it_stands(
    kind: str, attributes: dict[str, Any], pointers: list[str]
) -> None:
    assert faults(kind=kind, attributes=attributes) == pointers


async def test_in_a_batch_of_behaviour_only_the_wrong_item_is_rejected(api: Api) -> None:
    customer = await api.customer()
    views = [interaction(customer, channel="web", kind="page_view", attributes={"url": f"/{n}"}) for n in range(3)]
    del views[1]["attributes"]
    answers = await api.batch("/v1/interactions/batch", views)
    assert [one["status"] for one in answers] == ["created", "rejected", "created"]
    assert answers[1]["problem"]["errors"][0]["pointer"] == "/attributes/url"


async def test_attachments_are_kept_by_reference(api: Api) -> None:
    files = [FILE | {"name": "قرارداد.pdf"}, FILE | {"url": "http://files.example"}]
    body = interaction(await api.customer(), external_id="m-1", attachments=files)
    made = await api.post("/v1/interactions", body)
    assert (made.status_code, made.json()["attachments"]) == (201, files)
    assert (await api.get(f"/v1/interactions/{made.json()['id']}")).json() == made.json()
    assert (await api.post("/v1/interactions", body)).status_code == 200
    assert (await api.post("/v1/interactions", body | {"attachments": files[:1]})).status_code == 409


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"url": "ftp://files.example/a"}, "/attachments/0/url"),
        ({"url": "javascript:alert(1)"}, "/attachments/0/url"),
        ({"url": "https://user:secret@files.example/a"}, "/attachments/0/url"),
        ({"url": "https://files.example/a b"}, "/attachments/0/url"),
        ({"type": "pdf"}, "/attachments/0/type"),
        ({"size": -1}, "/attachments/0/size"),
        ({"size": "12"}, "/attachments/0/size"),
        ({"hash": "sha256:" + "0A" * 32}, "/attachments/0/hash"),
        ({"hash": "md5:" + "0a" * 16}, "/attachments/0/hash"),
        ({"content": "aGk="}, "/attachments/0/content"),
    ],
)
def test_an_attachment_that_is_no_reference_is_refused(change: dict[str, Any], pointer: str) -> None:
    assert faults(attachments=[FILE | change]) == [pointer]


def test_at_most_twenty_files_are_attached() -> None:
    assert faults(attachments=[FILE] * 20) == []
    assert faults(attachments=[FILE] * 21) == ["/attachments"]
