"""Schemathesis sends what the OpenAPI description allows, and what it forbids: nothing may end in a server error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hamdel.http.auth.keys import PRIVATE_KEY_FILE, issue_token
from tests.support.live import LiveStack


@pytest.mark.slow
def test_no_described_operation_can_be_brought_to_a_server_error(stack: LiveStack, tmp_path: Path) -> None:
    token = issue_token(stack.home / "keys" / PRIVATE_KEY_FILE, "admin")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{stack.gateway}/openapi.json",
        "--header",
        f"Authorization: Bearer {token}",
        "--checks",
        "not_a_server_error",
        "--max-examples",
        "25",
        "--seed",
        "7",
        "--request-timeout",
        "15",
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=tmp_path, check=False)
    assert result.returncode == 0, result.stdout[-4000:]
    assert "operations: 0" not in result.stdout.lower()
