"""The key folder of `hamdel up` and `hamdel keys init`."""

from __future__ import annotations

import json
from pathlib import Path

import jwt
import pytest

from hamdel_cli.keys import KeyFolder


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    """A new folder."""
    folder = KeyFolder(tmp_path / "keys")
    folder.initialise()
    return folder


def claims_of(keys: KeyFolder, token: str) -> dict[str, object]:
    """The claims, after the check of signature, issuer and audience with the public half."""
    (jwk,) = json.loads(keys.jwks.read_text())["keys"]
    claims: dict[str, object] = jwt.decode(
        token, jwt.PyJWK(jwk).key, algorithms=["EdDSA"], audience="hamdel", issuer="hamdel"
    )
    return claims


def test_secrets_are_readable_by_their_owner_alone(keys: KeyFolder) -> None:
    modes = [path.stat().st_mode & 0o777 for path in (keys.signing_key, keys.service_token)]
    assert modes == [0o600, 0o600]


def test_a_second_initialise_keeps_the_key(keys: KeyFolder) -> None:
    before = keys.signing_key.read_bytes()
    assert keys.initialise() is False
    assert keys.signing_key.read_bytes() == before


def test_a_lost_service_token_is_made_again(keys: KeyFolder) -> None:
    keys.service_token.unlink()
    assert keys.initialise() is True
    assert claims_of(keys, keys.service_token.read_text())["roles"] == ["service"]


def test_a_token_carries_role_and_scopes(keys: KeyFolder) -> None:
    claims = claims_of(keys, keys.issue("agent", scopes=["pii:read"]))
    assert (claims["roles"], claims["scope"]) == (["agent"], "pii:read")


def test_the_public_file_has_no_private_half(keys: KeyFolder) -> None:
    assert "d" not in json.loads(keys.jwks.read_text())["keys"][0]
