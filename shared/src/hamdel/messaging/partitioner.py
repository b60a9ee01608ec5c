"""Which partition a key goes to: murmur2 as in Kafka's Java client (org.apache.kafka.common.utils.Utils.murmur2)."""

from __future__ import annotations

from struct import Struct
from typing import Final

__all__ = ["KeyHashes", "murmur2", "partition_of"]

SEED: Final = 0x9747B28C
MULTIPLIER: Final = 0x5BD1E995
WORD: Final = 0xFFFFFFFF
WORDS: Final = tuple(Struct(f"<{count}I") for count in range(65))
MAX_KEYS: Final = 200_000


def murmur2(key: bytes) -> int:
    """The unsigned 32-bit hash; the Java client's is the same number, signed."""
    length = len(key)
    whole = length // 4
    words = (WORDS[whole] if whole < len(WORDS) else Struct(f"<{whole}I")).unpack_from(key)
    hashed = SEED ^ length
    for word in words:
        mixed = word * MULTIPLIER & WORD
        mixed ^= mixed >> 24
        hashed = (hashed * MULTIPLIER ^ mixed * MULTIPLIER) & WORD
    rest = key[whole * 4 :]
    if rest:
        hashed = (hashed ^ int.from_bytes(rest, "little")) * MULTIPLIER & WORD
    hashed ^= hashed >> 13
    hashed = hashed * MULTIPLIER & WORD
    return hashed ^ hashed >> 15


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key on a topic of so many partitions; the Java client's `toPositive(hash) % partitions`."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


class KeyHashes(dict[bytes, int]):
    """Remembers the positive hash of each key; forgets all of them when there are too many."""

    def __missing__(self, key: bytes) -> int:
        if len(self) >= MAX_KEYS:
            self.clear()
        hashed = self[key] = murmur2(key) & 0x7FFFFFFF
        return hashed
