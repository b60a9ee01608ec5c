"""Who needs no token: a survey's respondent, whoever unsubscribes, a provider that signs its reports."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import Client
from tests.gateway.peers import Peer


async def test_a_respondent_needs_no_token(gateway: Client, peers: dict[str, Peer]) -> None:
    gateway.bearer = None
    answer = await gateway.call("GET", "/v1/s/some-token")
    assert answer.status == 200
    assert peers["surveys"].seen[-1].path == "/v1/s/some-token"


@pytest.mark.parametrize("path", ["/v1/u/some-token", "/v1/deliveries/status"])
async def test_who_unsubscribes_and_a_provider_that_signs_need_no_token(
    gateway: Client, peers: dict[str, Peer], path: str
) -> None:
    gateway.bearer = None
    answer = await gateway.call("POST", path)
    assert (answer.status, peers["interactions"].seen[-1].path) == (200, path)


@pytest.mark.parametrize("path", ["/v1/messages/1", "/v1/message-templates", "/v1/u"])
async def test_messages_and_templates_need_one(gateway: Client, peers: dict[str, Peer], path: str) -> None:
    gateway.bearer = None
    assert ((await gateway.call("GET", path)).status, peers["interactions"].seen) == (401, [])


async def test_a_respondents_page_needs_no_token(gateway: Client, peers: dict[str, Peer]) -> None:
    gateway.bearer = None
    answer = await gateway.call("GET", "/s/abc?page=2")
    assert (answer.status, peers["surveys"].seen[-1].raw_path) == (200, "/s/abc?page=2")
