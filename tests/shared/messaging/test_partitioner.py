"""Keys go to the partition that every other client of the topic expects."""

from __future__ import annotations

import random

import pytest
from aiokafka.partitioner import DefaultPartitioner

from hamdel.messaging.partitioner import KeyHashes, murmur2, partition_of

# org.apache.kafka.common.utils.UtilsTest.testMurmur2 of Apache Kafka (signed 32-bit there)
JAVA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", list(JAVA))
def test_the_hash_is_the_one_of_the_java_client(key: bytes) -> None:
    assert murmur2(key) == JAVA[key] % 2**32


def test_a_thousand_keys_go_where_aiokafka_sends_them() -> None:
    generator, theirs = random.Random(7), DefaultPartitioner()
    keys = [generator.randbytes(generator.randrange(300)) for _ in range(1000)]
    assert [partition_of(key, 12) for key in keys] == [theirs(key, list(range(12)), []) for key in keys]


def test_a_remembered_hash_is_positive_and_the_same() -> None:
    hashes = KeyHashes()
    assert [hashes[b"foobar"], hashes[b"foobar"]] == [-790332482 & 0x7FFFFFFF] * 2
