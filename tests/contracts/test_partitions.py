"""A customer's events stay on one partition, whoever writes: the hash is Java's murmur2, documented for the others."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from aiokafka.partitioner import DefaultPartitioner

ROOT = Path(__file__).parents[2]
PARTITIONS = list(range(12))


def java_partition(key: bytes, partitions: int) -> int:
    """`Utils.toPositive(Utils.murmur2(key)) % partitions` of Apache Kafka's Java client, written from its definition:
    MurmurHash2, 32 bit (Austin Appleby), seed 0x9747b28c, m = 0x5bd1e995, r = 24, little-endian words."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = 0x9747B28C ^ len(key)
    whole = len(key) - len(key) % 4
    for start in range(0, whole, 4):
        k = int.from_bytes(key[start : start + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
    if rest := key[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return ((h ^ h >> 15) & 0x7FFFFFFF) % partitions


def test_the_java_hash_here_gives_the_values_of_kafkas_own_test() -> None:
    # org.apache.kafka.common.utils.UtilsTest.testMurmur2, as signed 32 bit numbers made positive
    published = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}

    for key, signed in published.items():
        assert java_partition(key, 1_000_003) == (signed & 0x7FFFFFFF) % 1_000_003


def test_a_thousand_customers_land_where_the_java_client_would_put_them() -> None:
    keys = [str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)).encode() for number in range(1000)]

    ours = [DefaultPartitioner()(key, PARTITIONS, PARTITIONS) for key in keys]

    assert ours == [java_partition(key, 12) for key in keys]
    assert set(ours) == set(PARTITIONS)


def test_the_setting_for_librdkafka_clients_is_documented() -> None:
    assert "partitioner=murmur2_random" in (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
