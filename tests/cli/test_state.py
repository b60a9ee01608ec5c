"""What a home folder remembers between two starts."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hamdel_cli.embedded.ports import LOOPBACK, PortClaims, listens
from hamdel_cli.embedded.state import Home, HomeBusyError, PortTakenError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A prepared home."""
    made = Home(tmp_path / "home")
    made.prepare()
    return made


@pytest.fixture
def claims() -> Iterator[PortClaims]:
    """The claims of one supervisor."""
    with closing(PortClaims()) as mine:
        yield mine


def test_ports_and_passwords_stay_the_same(home: Home, claims: PortClaims) -> None:
    first, second = home.settle(claims, None), home.settle(claims, None)
    assert (first.ports, first.passwords) == (second.ports, second.passwords)


def test_every_process_has_a_port_of_its_own(home: Home, claims: PortClaims) -> None:
    ports = home.settle(claims, None).ports
    assert len(ports) == len(set(ports.values())) == 8


def test_a_port_that_is_taken_meanwhile_is_given_up(home: Home, claims: PortClaims) -> None:
    with closing(PortClaims()) as earlier:
        taken = home.settle(earlier, None).ports["survey"]
    with socket.socket() as other:
        other.bind((LOOPBACK, taken))
        other.listen()
        assert home.settle(claims, None).ports["survey"] != taken


def test_a_port_that_another_supervisor_has_claimed_is_given_up(home: Home, claims: PortClaims) -> None:
    with closing(PortClaims()) as others:
        taken = home.settle(others, None).ports
        assert not set(home.settle(claims, None).ports.values()) & set(taken.values())


def test_a_supervisor_gives_its_ports_back(home: Home, claims: PortClaims) -> None:
    with closing(PortClaims()) as others:
        before = home.settle(others, None).ports
    assert home.settle(claims, None).ports == before


def test_a_port_that_was_asked_for_and_cannot_be_had_is_an_error(home: Home, claims: PortClaims) -> None:
    with closing(PortClaims()) as others:
        (port,) = others.claim_free(1)
        with pytest.raises(PortTakenError, match=f"port {port} is taken"):
            home.settle(claims, port)


def test_a_process_is_told_apart_from_another_that_listens() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        port = server.getsockname()[1]
        assert listens(os.getpid(), port)
        assert not listens(os.getppid(), port)


def test_the_gateway_listens_where_it_is_told(home: Home, claims: PortClaims) -> None:
    assert home.settle(claims, 18_080).ports["gateway"] == 18_080


def test_only_one_supervisor_works_in_a_home(home: Home) -> None:
    with home.lock(), pytest.raises(HomeBusyError, match="already running"), home.lock():
        raise AssertionError("two supervisors")


def test_the_home_is_free_again_after_the_supervisor(home: Home) -> None:
    with home.lock():
        assert home.locked()
    assert not home.locked()
