"""What `hamdel ledger verify` prints and how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamdel_cli.commands import ledger
from hamdel_cli.errors import CommandFailedError

ACCOUNTS = {"issued": -100, "redeemed": 30, "expired": 0, "adjusted": 0, "available": 70, "pending": 0, "reserved": 0}
WELL: dict[str, Any] = {
    "members": 4,
    "entries": 9,
    "accounts": ACCOUNTS,
    "total": 0,
    "differences": 0,
    "rebuilt": 0,
    "items": [],
}
ONE = {
    "what": "available",
    "customer_id": "c-1",
    "program_id": "p-1",
    "about": None,
    "expected": 70,
    "found": 73,
}


def answering(monkeypatch: pytest.MonkeyPatch, report: dict[str, Any]) -> list[bool]:
    asked: list[bool] = []

    async def report_of(_home: Path, rebuild: bool) -> dict[str, Any]:
        asked.append(rebuild)
        return report

    monkeypatch.setattr(ledger, "_report", report_of)
    return asked


def test_a_ledger_that_adds_up_is_said_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert answering(monkeypatch, WELL) == []
    ledger.verify()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "members checked  4"
    assert [line.split() for line in lines[2:10]] == [
        *([account, str(points)] for account, points in ACCOUNTS.items()),
        ["all", "accounts", "0"],
    ]
    assert lines[-1] == "differences: 0"


def test_a_difference_is_named_and_the_command_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answering(monkeypatch, WELL | {"total": 3, "differences": 2, "items": [ONE]})
    with pytest.raises(CommandFailedError, match="does not add up"):
        ledger.verify(rebuild=True)
    assert asked == [True]
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "differences: 2",
        "  available: customer_id c-1 program_id p-1: expected 70, found 73",
    ]


def test_json_is_the_report_itself(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    answering(monkeypatch, WELL)
    ledger.verify(as_json=True)
    assert json.loads(capsys.readouterr().out) == WELL
