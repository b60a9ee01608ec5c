"""National ids and phone numbers are shown in full only to those who may see them."""

from __future__ import annotations

import orjson
import pytest

from gateway.customer_view.masking import mask, masked_profile
from hamdel.ids import new_id
from tests.gateway.conftest import Client, Projection, Token
from tests.gateway.peers import Peer

PROFILE = orjson.dumps(
    {
        "kind": "person",
        "identifiers": [
            {"type": "national_id", "value": "0012345678"},
            {"type": "phone", "value": "+989121234567"},
            {"type": "email", "value": "sara@example.com"},
        ],
    }
)
MASKED = ["******5678", "*********4567", "sara@example.com"]
FULL = ["0012345678", "+989121234567", "sara@example.com"]


async def shown(
    gateway: Client, projection: Projection, peers: dict[str, Peer], bearer: str, query: str = ""
) -> list[str]:
    """The values of the identifiers that a bearer sees."""
    customer = new_id()
    await projection.apply("profile", peers["profile"].has(customer, 1, PROFILE))
    _, view = await gateway.view(customer, query, bearer=bearer)
    return [identifier["value"] for identifier in view["profile"]["identifiers"]]


@pytest.mark.parametrize("role", ["agent", "analyst"])
@pytest.mark.parametrize("query", ["", "?consistency=projected", "?consistency=live"])
async def test_agents_and_analysts_see_the_last_four_characters(
    gateway: Client, projection: Projection, peers: dict[str, Peer], token: Token, role: str, query: str
) -> None:
    assert await shown(gateway, projection, peers, token(role), query) == MASKED


@pytest.mark.parametrize("query", ["", "?consistency=live"])
async def test_the_scope_pii_read_shows_everything(
    gateway: Client, projection: Projection, peers: dict[str, Peer], token: Token, query: str
) -> None:
    assert await shown(gateway, projection, peers, token("agent", scopes=["pii:read"]), query) == FULL


@pytest.mark.parametrize("role", ["manager", "admin", "service"])
async def test_other_staff_sees_everything(
    gateway: Client, projection: Projection, peers: dict[str, Peer], token: Token, role: str
) -> None:
    assert await shown(gateway, projection, peers, token(role)) == FULL


def test_a_short_value_disappears_altogether() -> None:
    assert mask("1234") == "****"


def test_a_profile_without_such_identifiers_needs_no_copy() -> None:
    assert masked_profile({"identifiers": [{"type": "email", "value": "a@b.c"}]}) is None


def test_the_rest_of_the_profile_stays_as_it_is() -> None:
    masked = masked_profile({"kind": "person", "identifiers": [{"type": "phone", "value": "12345", "id": "x"}]})
    assert masked == b'{"kind":"person","identifiers":[{"type":"phone","value":"*2345","id":"x"}]}'
