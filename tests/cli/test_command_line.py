"""What the command says when it cannot do its work: exit code 1 and one line."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.support.live import LiveStack


@pytest.fixture
def nothing(tmp_path: Path) -> LiveStack:
    """A home in which nothing ever ran."""
    return LiveStack(tmp_path / "home")


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["status", "--json"],
        ["doctor"],
        ["tail"],
        ["duplicates", "scan"],
        ["ledger", "verify"],
        ["topics", "apply"],
        ["token", "--role", "agent"],
        ["token", "--role", "emperor"],
        ["token", "--role", "customer"],
        ["import", "purchases", "no-such-file.csv", "--source", "shop"],
        ["import", "purchases", "no-such-file.csv", "--source", "Shop 1"],
    ],
)
def test_a_failure_is_one_line_and_exit_code_1(nothing: LiveStack, arguments: list[str]) -> None:
    result = nothing.hamdel(*arguments, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("hamdel: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("options", [[], ["--detach"]])
def test_a_port_that_is_taken_is_said_before_anything_starts(nothing: LiveStack, options: list[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = nothing.hamdel("up", "--port", str(port), *options, check=False)
    assert (result.returncode, result.stderr) == (1, f"hamdel: port {port} is taken\n")


def test_down_where_nothing_runs_is_no_failure(nothing: LiveStack) -> None:
    assert nothing.hamdel("down").stdout == "nothing is running\n"


def test_a_bad_row_is_named_before_anything_is_sent(nothing: LiveStack, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("customer,date,quantity,amount_usd\n00004,1997-01-01,two,1.00\n")
    result = nothing.hamdel("import", "purchases", str(file), "--source", "shop", check=False)
    assert result.stderr == "hamdel: line 2: quantity is not a positive whole number: 'two'\n"
