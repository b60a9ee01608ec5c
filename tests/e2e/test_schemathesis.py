"""Schemathesis sends what the OpenAPI description allows, and what it forbids: nothing may end in a server error."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hamdel.http.auth.keys import PRIVATE_KEY_FILE, issue_token
from tests.support.live import LiveStack

OPERATIONS = 15


def run(stack: LiveStack, folder: Path, config: str) -> str:
    """Runs schemathesis with a configuration of its own and gives its report."""
    token = issue_token(stack.home / "keys" / PRIVATE_KEY_FILE, "admin")
    (folder / "schemathesis.toml").write_text(config, encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{stack.gateway}/openapi.json",
        "--header",
        f"Authorization: Bearer {token}",
        "--checks",
        "not_a_server_error",
        "--max-examples",
        "3" if stack.server else "10",
        "--seed",
        "7",
        "--request-timeout",
        "15",
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=folder, check=False)
    assert result.returncode == 0, result.stdout[-4000:]
    return result.stdout


def operations_in(report: str) -> int:
    """How many operations the report says were tested."""
    found = re.search(r"Tested: (\d+)", report)
    return int(found[1]) if found else 0


@pytest.mark.slow
def test_no_described_operation_can_be_brought_to_a_server_error(stack: LiveStack, tmp_path: Path) -> None:
    assert operations_in(run(stack, tmp_path, "")) >= OPERATIONS


@pytest.mark.slow
def test_nor_can_one_about_a_customer_who_exists(stack: LiveStack, tmp_path: Path) -> None:
    with stack.client("agent") as client:
        customer = client.post("/v1/customers", json={"kind": "person"}).raise_for_status().json()["id"]
    assert operations_in(run(stack, tmp_path, f'[parameters]\n"path.customer_id" = "{customer}"\n')) >= OPERATIONS
