"""Merged customers: their profile sections as profile-service renders them, and a pair to tell stories with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from hamdel.contracts.sections import encode_section
from tests.gateway.peers import AT, Peer

if TYPE_CHECKING:
    from tests.gateway.conftest import Projection

__all__ = ["FIRST", "SECOND", "Link", "Pair", "asked", "both", "merge_ids", "profile_data", "profile_section", "shown"]

Link = tuple[UUID, UUID, UUID]
"""Absorbed, into, merge id."""


def merge_ids(count: int) -> list[UUID]:
    """Ids of merges one after the other: of one millisecond each, as UUIDv7 (RFC 9562, section 5.7) has them."""
    return [UUID(int=(1_770_000_000_000 + n) << 80 | 7 << 76 | 2 << 62 | 99 - n) for n in range(count)]


def profile_data(*links: Link, name: str = "سارا", **fields: object) -> bytes:
    """The data of a profile section whose family has these links."""
    merged = [
        {"customer_id": absorbed, "into": into, "merge_id": merge_id, "merged_at": "2026-03-04T05:06:07Z"}
        for absorbed, into, merge_id in links
    ]
    return orjson.dumps({"kind": "person", "name": {"given": name}, "merged": merged, **fields})


def profile_section(customer: UUID, sequence: int, *links: Link, minute: int = 0) -> bytes:
    """The record; `minute` is when the section changed last."""
    as_of: datetime = AT + timedelta(minutes=minute)
    return encode_section(customer, "profile", sequence, as_of, profile_data(*links))


FIRST, SECOND = merge_ids(2)
PHONE = [{"type": "phone", "value": "+989121234567"}]


@dataclass
class Pair:
    """S and A, each with a profile and points, projected and at their owners; `merge` and `part` happen at the owners,
    `arrive` brings what the owners have into the projection."""

    projection: Projection
    peers: dict[str, Peer]
    s: UUID
    a: UUID
    link: Link

    def merge(self) -> None:
        """A is shown by S from now on."""
        self.peers["profile"].has(self.s, 9, profile_data(self.link, name="هر دو", identifiers=PHONE))
        self.peers["loyalty"].has(self.s, 6, b'{"points":70}')
        for peer in self.peers.values():
            peer.links[self.a] = self.s

    def part(self) -> None:
        """Both stand for themselves again."""
        self.peers["profile"].has(self.s, 10, profile_data(name="سارا"))
        self.peers["loyalty"].has(self.s, 7, b'{"points":50}')
        self.peers["profile"].has(self.a, 5, profile_data(name="علی"))
        self.peers["loyalty"].has(self.a, 5, b'{"points":20}')
        for peer in self.peers.values():
            del peer.links[self.a]

    async def arrive(self, *customers: UUID) -> None:
        """The newest sections of these customers are projected."""
        for name, peer in self.peers.items():
            for customer in customers:
                if customer in peer.links:
                    await self.projection.remove(name, customer, sequence=4)
                elif customer in peer.records:
                    await self.projection.apply(name, peer.records[customer])


def shown(view: Any) -> tuple[UUID, str, int]:
    """Whose view it is, by its id, its name and its points."""
    return UUID(view["customer_id"]), view["profile"]["name"]["given"], view["loyalty"]["points"]


def both(pair: Pair) -> tuple[UUID, str, int]:
    """What is shown of the two as one."""
    return pair.s, "هر دو", 70


def asked(peers: dict[str, Peer]) -> list[str]:
    """The sections that were asked of their owners."""
    return [name for name, peer in peers.items() for _ in peer.seen]
