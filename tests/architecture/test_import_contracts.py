"""Each import contract of pyproject.toml is seen breaking in a tiny tree with the same names."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from tests.architecture.sources import ROOT

LINT: Final = Path(sys.executable).with_name("lint-imports")

VIOLATIONS: Final = [
    ("independent", "survey_service", "import loyalty_service"),
    ("independent", "gateway", "from profile_service import section"),
    ("shared", "hamdel.http", "import profile_service"),
    ("cli", "interaction_service", "import hamdel_cli"),
    ("kafka", "loyalty_service", "from aiokafka import AIOKafkaProducer"),
    ("kafka", "hamdel.http", "import aiokafka"),
    ("business", "hamdel.messaging", "from hamdel.contracts.loyalty import FACTS"),
    ("business", "hamdel.database", "import hamdel.contracts.profile"),
    ("data", "hamdel.contracts", "from hamdel.messaging import relay"),
]


def configuration() -> dict[str, Any]:
    """[tool.importlinter] of the workspace."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        loaded: dict[str, Any] = tomllib.load(file)["tool"]["importlinter"]
    return loaded


def named_modules(settings: dict[str, Any]) -> set[str]:
    """Every module of ours that a contract names."""
    fields = ("modules", "source_modules", "forbidden_modules")
    named = {name for contract in settings["contracts"] for field in fields for name in contract.get(field, [])}
    return {name for name in named | set(settings["root_packages"]) if name != "aiokafka"}


def tiny_tree(folder: Path) -> None:
    """Empty packages under the real names, with the real contracts beside them."""
    for name in named_modules(configuration()):
        module = folder.joinpath(*name.split("."))
        module.mkdir(parents=True, exist_ok=True)
        (module / "__init__.py").touch()
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(text[text.index("[tool.importlinter]") :], encoding="utf-8")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """`lint-imports` on the tree, which hides the installed packages of the same names."""
    return subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_contracts_hold_in_a_tree_without_a_violation(tmp_path: Path) -> None:
    tiny_tree(tmp_path)

    done = lint(tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(configuration()['contracts'])} kept, 0 broken" in done.stdout


@pytest.mark.parametrize(("contract", "module", "line"), VIOLATIONS)
def test_the_contract_is_broken_by_a_violation(contract: str, module: str, line: str, tmp_path: Path) -> None:
    tiny_tree(tmp_path)
    for imported in ("profile_service.section", "hamdel.messaging.relay"):
        tmp_path.joinpath(*imported.split(".")).with_suffix(".py").touch()
    tmp_path.joinpath(*module.split("."), "__init__.py").write_text(line + "\n")

    done = lint(tmp_path)

    name = next(each["name"] for each in configuration()["contracts"] if each["id"] == contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{name} BROKEN" in done.stdout


def test_every_contract_has_its_violation_here() -> None:
    assert {contract["id"] for contract in configuration()["contracts"]} == {case[0] for case in VIOLATIONS}


def test_no_package_escapes_the_rule_about_the_kafka_client() -> None:
    contract = next(each for each in configuration()["contracts"] if each["id"] == "kafka")
    shared = {f"hamdel.{path.parent.name}" for path in ROOT.glob("shared/src/hamdel/*/__init__.py")}
    others = {path.parent.name for path in ROOT.glob("*/src/*/__init__.py")} - {"hamdel"}
    services = {path.parent.name for path in ROOT.glob("services/*/src/*/__init__.py")}

    assert set(contract["source_modules"]) == (shared | others | services) - {"hamdel.messaging"}
