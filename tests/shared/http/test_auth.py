"""Who gets in: tokens, roles, and the role `customer` with its own data alone."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI

from hamdel.http import (
    KeySet,
    Router,
    ServiceSettings,
    TokenVerifier,
    Unauthenticated,
    create_app,
    generate_key_pair,
    issue_token,
)
from hamdel.http.auth.keys import load_private_key
from hamdel.http.definition import ServiceDefinition
from hamdel.ids import new_id
from tests.shared.http.conftest import Token
from tests.shared.http.sample import POLICY, definition, router

Keys = tuple[Path, Path]


def verifier(jwks: Path) -> TokenVerifier:
    return TokenVerifier(KeySet(file=jwks), issuer="hamdel", audience="hamdel")


def header(token: str) -> bytes:
    return f"Bearer {token}".encode()


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    base = {"iss": "hamdel", "aud": "hamdel", "sub": "s", "exp": now + 60, "roles": ["agent"]}
    return {name: value for name, value in (base | changes).items() if value is not None}


def signed(keys: Keys, **changes: Any) -> bytes:
    return header(jwt.encode(claims(**changes), load_private_key(keys[0]), algorithm="EdDSA"))


def test_a_token_gives_its_principal(keys: Keys) -> None:
    customer = new_id()
    token = issue_token(keys[0], ["customer"], subject="zahra", customer_id=customer, scopes=["pii:read", "x"])
    principal = verifier(keys[1]).verify_header(header(token))
    assert (principal.subject, principal.customer_id) == ("zahra", customer)
    assert (set(principal.roles), set(principal.scopes)) == ({"customer"}, {"pii:read", "x"})


def test_a_single_role_claim_is_accepted(keys: Keys) -> None:
    assert verifier(keys[1]).verify_header(signed(keys, roles=None, role="manager")).roles == {"manager"}


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"iss": "other"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"sub": None},
        {"sub": 7},
        {"roles": 5},
        {"roles": [5]},
        {"scope": ["a"]},
        {"customer_id": "nobody"},
        {"customer_id": 5},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(keys: Keys, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier(keys[1]).verify_header(signed(keys, **changes))


def test_an_expired_token_is_refused_even_when_it_is_remembered(keys: Keys) -> None:
    checked = verifier(keys[1])
    token = signed(keys, exp=int(time.time()) - 3)
    checked.verify_header(token)  # within the leeway of five seconds
    time.sleep(2.5)
    with pytest.raises(Unauthenticated, match="expired"):
        checked.verify_header(token)


@pytest.mark.parametrize(
    "value", [b"", b"Bearer", b"Bearer  ", b"Basic eDp5", b"Bearer a.b.c", b"Bearer \xff", b"B" * 9_000]
)
def test_a_strange_header_is_refused(keys: Keys, value: bytes) -> None:
    with pytest.raises(Unauthenticated):
        verifier(keys[1]).verify_header(value)


def test_an_unsigned_token_is_refused(keys: Keys) -> None:
    with pytest.raises(Unauthenticated):
        verifier(keys[1]).verify_header(header(jwt.encode(claims(), "", algorithm="none")))


def test_a_token_signed_with_the_public_key_as_secret_is_refused(keys: Keys) -> None:
    public = json.loads(keys[1].read_text())["keys"][0]
    secret = base64.urlsafe_b64decode(public["x"] + "=")
    token = jwt.encode(claims(), secret, algorithm="HS256", headers={"kid": public["kid"]})
    with pytest.raises(Unauthenticated):
        verifier(keys[1]).verify_header(header(token))


def test_a_token_of_another_key_is_refused(keys: Keys, tmp_path: Path) -> None:
    other = generate_key_pair(tmp_path)
    with pytest.raises(Unauthenticated):
        verifier(keys[1]).verify_header(header(issue_token(other[0], "admin")))


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_other_asymmetric_algorithms_are_accepted(tmp_path: Path, algorithm: str) -> None:
    key: Any = (
        ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else rsa.generate_private_key(65537, 2048)
    )
    jwk = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [{**jwk, "kid": "k"}]}))
    token = jwt.encode(claims(), key, algorithm=algorithm, headers={"kid": "k"})
    assert verifier(file).verify_header(header(token)).subject == "s"


def test_a_remembered_token_is_not_checked_twice(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = verifier(keys[1])
    token = signed(keys)
    first = checked.verify_header(token)
    monkeypatch.setattr(jwt, "decode", None)
    assert checked.verify_header(token) is first


def test_memory_for_tokens_is_bounded(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    from hamdel.http.auth import verifier as module

    monkeypatch.setattr(module, "_REMEMBERED", 10)
    checked = verifier(keys[1])
    for number in range(25):
        checked.verify_header(signed(keys, sub=str(number)))
    assert len(checked._verified) <= 10


def test_a_new_key_in_the_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = generate_key_pair(tmp_path)
    checked = verifier(old[1])
    checked.verify_header(header(issue_token(old[0], "agent")))
    new = generate_key_pair(tmp_path)
    later = time.monotonic() + 2
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert checked.verify_header(header(issue_token(new[0], "admin"))).roles == {"admin"}


async def test_keys_come_from_a_url_at_most_once_a_minute(keys: Keys, tmp_path: Path) -> None:
    asked: list[int] = []

    async def jwks(_request: web.Request) -> web.Response:
        asked.append(1)
        return web.Response(body=keys[1].read_bytes())

    application = web.Application()
    application.router.add_get("/jwks", jwks)
    stranger = header(issue_token(generate_key_pair(tmp_path)[0], "admin"))
    async with TestServer(application) as server:
        checked = TokenVerifier(KeySet(url=str(server.make_url("/jwks"))), issuer="hamdel", audience="hamdel")
        assert (await checked.authenticate(signed(keys))).subject == "s"
        for _ in range(3):
            with pytest.raises(Unauthenticated):
                await checked.authenticate(stranger)
    assert len(asked) == 1


async def test_an_unreachable_issuer_does_not_stop_the_start() -> None:
    checked = TokenVerifier(KeySet(url="http://127.0.0.1:9/jwks"), issuer="hamdel", audience="hamdel")
    await checked.start()
    with pytest.raises(Unauthenticated):
        await checked.authenticate(b"Bearer a.b.c")


def test_the_private_key_is_for_its_owner_alone(keys: Keys) -> None:
    assert keys[0].stat().st_mode & 0o777 == 0o600
    assert '"d"' not in keys[1].read_text()


async def test_without_a_token_the_challenge_is_given(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]
    response = await client.get("/v1/ping")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="hamdel"'
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_bad_token_is_told_from_none(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/ping", headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.json()["type"]) == (401, "urn:hamdel:problem:invalid-token")
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_a_stranger_is_refused_before_the_body_is_read(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]
    assert (await client.post("/v1/notes", content=b"{")).status_code == 401


async def test_a_role_that_is_not_listed_is_forbidden(client: httpx.AsyncClient, token: Token) -> None:
    response = await client.get("/v1/ping", headers=token("analyst"))
    assert (response.status_code, response.json()["type"]) == (403, "urn:hamdel:problem:forbidden")


async def test_a_public_operation_needs_no_token(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/open")).json() == {"known": True}
    assert (await client.get("/v1/open", headers={"Authorization": "Bearer x"})).json() == {"known": False}
    del client.headers["Authorization"]
    assert (await client.get("/v1/open")).json() == {"known": False}


async def test_a_customer_sees_own_data(client: httpx.AsyncClient, customer: UUID, token: Token) -> None:
    mine = token("customer", customer_id=customer)
    assert (await client.get(f"/v1/customers/{customer}/notes", headers=mine)).status_code == 404
    assert (await client.get(f"/v1/customers/{str(customer).upper()}/notes", headers=mine)).status_code == 404


async def test_a_customer_does_not_see_anybody_else(client: httpx.AsyncClient, customer: UUID, token: Token) -> None:
    mine = token("customer", customer_id=customer)
    for other in (new_id(), "x", "00000000-0000-0000-0000-000000000000"):
        assert (await client.get(f"/v1/customers/{other}/notes", headers=mine)).status_code == 403


async def test_a_customer_without_the_claim_sees_nothing(
    client: httpx.AsyncClient, customer: UUID, token: Token
) -> None:
    assert (await client.get(f"/v1/customers/{customer}/notes", headers=token("customer"))).status_code == 403


async def test_a_customer_is_kept_from_operations_without_a_path_id(client: httpx.AsyncClient, token: Token) -> None:
    assert (await client.get("/v1/ping", headers=token("customer", customer_id=new_id()))).status_code == 403


def changed(**changes: Any) -> ServiceDefinition:
    base = definition()
    fields = {name: getattr(base, name) for name in base.__dataclass_fields__}
    return ServiceDefinition(**{**fields, **changes})


def test_an_operation_without_a_policy_entry_fails_the_build(settings: ServiceSettings) -> None:
    policy = {name: roles for name, roles in POLICY.items() if name != "ping"}
    with pytest.raises(RuntimeError, match="operation ping has no policy entry"):
        create_app(changed(policy=policy), settings)


def test_a_policy_entry_without_an_operation_fails_the_build(settings: ServiceSettings) -> None:
    with pytest.raises(RuntimeError, match="unknown operation pong"):
        create_app(changed(policy={**POLICY, "pong": frozenset({"agent"})}), settings)


def test_an_unknown_role_fails_the_build(settings: ServiceSettings) -> None:
    with pytest.raises(RuntimeError, match="policy of ping names an unknown role"):
        create_app(changed(policy={**POLICY, "ping": frozenset({"agnet"})}), settings)


def test_a_hidden_operation_needs_a_policy_entry_as_well(settings: ServiceSettings) -> None:
    hidden = Router()
    hidden.add_api_route("/internal/x", lambda: None, operation_id="hidden", include_in_schema=False)
    with pytest.raises(RuntimeError, match="operation hidden has no policy entry"):
        create_app(changed(routers=[router, hidden]), settings)


def test_a_router_that_is_not_guarded_fails_the_build(settings: ServiceSettings) -> None:
    from fastapi import APIRouter

    with pytest.raises(RuntimeError, match="not be guarded"):
        create_app(changed(routers=[router, APIRouter()]), settings)
    with pytest.raises(TypeError):
        Router().include_router(APIRouter())


async def test_every_operation_of_the_document_is_guarded(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sample") as anonymous:
        document = (await anonymous.get("/openapi.json")).json()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                status = (await anonymous.request(method.upper(), path.replace("{", "").replace("}", ""))).status_code
                expected = 200 if operation["operationId"] == "open_door" else 401
                assert status == expected, operation["operationId"]
    assert not any(path.startswith(("/internal", "/health", "/metrics")) for path in document["paths"])
