"""What a home folder remembers between two starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hamdel_cli.embedded.ports import LOOPBACK
from hamdel_cli.embedded.state import Home, HomeBusyError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A prepared home."""
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def test_ports_and_passwords_stay_the_same(home: Home) -> None:
    first, second = home.settle(None), home.settle(None)
    assert (first.ports, first.passwords) == (second.ports, second.passwords)


def test_every_process_has_a_port_of_its_own(home: Home) -> None:
    ports = home.settle(None).ports
    assert len(ports) == len(set(ports.values())) == 8


def test_a_port_that_is_taken_meanwhile_is_given_up(home: Home) -> None:
    taken = home.settle(None).ports["survey"]
    with socket.socket() as other:
        other.bind((LOOPBACK, taken))
        other.listen()
        assert home.settle(None).ports["survey"] != taken


def test_the_gateway_listens_where_it_is_told(home: Home) -> None:
    assert home.settle(18_080).ports["gateway"] == 18_080


def test_only_one_supervisor_works_in_a_home(home: Home) -> None:
    with home.lock(), pytest.raises(HomeBusyError, match="already running"), home.lock():
        raise AssertionError("two supervisors")


def test_the_home_is_free_again_after_the_supervisor(home: Home) -> None:
    with home.lock():
        assert home.locked()
    assert not home.locked()
