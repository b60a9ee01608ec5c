"""Every folder of `services/` is a whole service; a folder that misses a step is named with the step."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.checklist import FILES, missed_steps
from tests.architecture.sources import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the checklist reads."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=ignored)
    return tmp_path


def drop(path: str) -> Callable[[Path], object]:
    return lambda root: (root / path).unlink()


def replace(path: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda root: (root / path).write_text((root / path).read_text().replace(old, new))


VIOLATIONS: dict[str, Callable[[Path], object]] = {
    "pyproject.toml with its name": replace("services/survey-service/pyproject.toml", "survey-service", "poll"),
    "migrations in the wheel": replace("services/survey-service/pyproject.toml", "/_migrations", "/migrations"),
    "migrations": drop("services/survey-service/migrations/env.py"),
    "policy.py": drop("services/survey-service/src/survey_service/policy.py"),
    "section.py": drop("services/survey-service/src/survey_service/section.py"),
    "PACKAGES in the Makefile": replace("Makefile", "services/survey-service", ""),
    "mypy_path": replace("pyproject.toml", "services/survey-service/src", "services/none/src"),
    "import contracts": replace("pyproject.toml", '"survey_service", "loyalty_service"', '"loyalty_service"'),
    "process in docker-compose.yml": replace("docker-compose.yml", "\n  survey-service:", "\n  poll:"),
    "migrations in docker-compose.yml": replace("docker-compose.yml", "  survey-service-migrations:", "  poll:"),
    "deploy/databases.sh": replace("deploy/databases.sh", " survey ", " "),
    "deploy/secrets.sh": replace("deploy/secrets.sh", " survey ", " "),
    "section and topics in hamdel.contracts.sections": replace(
        "shared/src/hamdel/contracts/sections.py", '"surveys": "survey",', ""
    ),
    "process of the embedded stack": replace("cli/src/hamdel_cli/topology.py", '"survey": "survey-service",', ""),
    "URL in hamdel.http.settings": replace("shared/src/hamdel/http/settings.py", "survey_url", "poll_url"),
}


def test_every_service_is_whole() -> None:
    assert missed_steps(ROOT) == []


@pytest.mark.parametrize("step", VIOLATIONS)
def test_a_missed_step_is_named(step: str, copy: Path) -> None:
    VIOLATIONS[step](copy)

    assert f"survey-service: {step}" in missed_steps(copy)
    assert all(missed.startswith("survey-service: ") for missed in missed_steps(copy))


def test_an_empty_folder_misses_every_step(copy: Path) -> None:
    (copy / "services" / "parcel-service").mkdir()

    missed = missed_steps(copy)

    assert {line.split(": ", 1)[1] for line in missed} >= set(VIOLATIONS)
    assert all(line.startswith("parcel-service: ") for line in missed)
