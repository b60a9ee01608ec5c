"""The hash chain that shows a row to be as it was written."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from profile_service.consents.chain import broken_at, sealed
from profile_service.consents.domain import Row
from tests.services.profile.consent_rows import NOON, SARA, ZARA, row

# Written by hand: keys sorted, no white space, the SHA-256 of `{}` in the place of the evidence.
CONTENT = (
    '{"channel":"email","confirms":null,"customer_id":"00000000-0000-0000-0000-000000000001",'
    '"evidence":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",'
    '"id":"00000000-0000-0000-0000-0000000003e9","legal_basis":"consent","ordinal":1,"purpose":"marketing",'
    '"recorded_at":"2026-06-01T12:01:00.000000+00:00","recorded_by":"agent-7","source":"paper form",'
    '"status":"granted","token_expires_at":null,"token_hash":null,'
    '"valid_from":"2026-05-31T12:00:00.000000+00:00","valid_to":null}'
)


def chain(length: int, customer_id: UUID = SARA) -> list[Row]:
    """So many rows of a customer, each after the one before."""
    rows: list[Row] = []
    for ordinal in range(1, length + 1):
        rows.append(sealed(row(ordinal=ordinal, customer_id=customer_id), rows[-1].hash if rows else None))
    return rows


def test_the_hash_is_the_sha256_of_the_hash_before_it_and_the_canonical_row() -> None:
    assert sealed(row(), None).hash == hashlib.sha256(CONTENT.encode()).digest()
    assert sealed(row(), b"before").hash == hashlib.sha256(b"before" + CONTENT.encode()).digest()


def test_each_row_names_the_hash_of_the_one_before() -> None:
    rows = chain(3)
    assert [after.previous_hash for after in rows] == [None, rows[0].hash, rows[1].hash]
    assert broken_at(rows) is None
    assert broken_at([]) is None


CHANGES: list[dict[str, Any]] = [
    {"id": UUID(int=7)},
    {"customer_id": ZARA},
    {"ordinal": 3},
    {"purpose": "newsletter"},
    {"channel": "sms"},
    {"status": "withdrawn"},
    {"legal_basis": "contract"},
    {"source": "web form"},
    {"evidence": '{"ip":"192.0.2.1"}'},
    {"valid_from": NOON},
    {"valid_to": NOON + timedelta(days=1)},
    {"token_hash": b"token"},
    {"token_expires_at": NOON},
    {"confirms": UUID(int=7)},
    {"recorded_at": NOON},
    {"recorded_by": "agent-8"},
    {"previous_hash": b""},
    {"hash": b""},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_change_of_any_column_is_noticed(change: dict[str, Any]) -> None:
    rows = chain(3)
    assert broken_at([rows[0], replace(rows[1], **change), rows[2]]) == 2


def test_every_column_is_among_those_that_were_changed() -> None:
    assert {name for change in CHANGES for name in change} == set(Row.__dataclass_fields__)


def test_a_row_sealed_again_after_a_change_breaks_the_one_behind_it() -> None:
    rows = chain(3)
    forged = sealed(replace(rows[1], status="denied"), rows[0].hash)
    assert broken_at([rows[0], forged, rows[2]]) == 3


@pytest.mark.parametrize(("kept", "broken"), [([1, 2], 1), ([0, 2], 2), ([1, 0, 2], 1), ([0, 1, 1, 2], 3)])
def test_a_row_that_is_missing_doubled_or_moved_is_noticed(kept: list[int], broken: int) -> None:
    rows = chain(3)
    assert broken_at([rows[index] for index in kept]) == broken


def test_a_gap_that_was_sealed_over_is_noticed_by_its_number() -> None:
    rows = chain(3)
    assert broken_at([rows[0], sealed(rows[2], rows[0].hash)]) == 2


def test_a_row_of_another_customers_chain_is_noticed() -> None:
    mine, others = chain(2), chain(2, ZARA)
    assert broken_at([mine[0], others[1]]) == 2


def test_two_rows_never_have_one_hash() -> None:
    hashes = [each.hash for each in chain(50)]
    assert len(set(hashes)) == 50
    assert all(one != other for one, other in pairwise(hashes))
