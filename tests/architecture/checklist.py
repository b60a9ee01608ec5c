"""The checklist for adding a service (CONTRIBUTING.md), as a function: which steps a folder of `services/` misses."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

__all__ = ["FILES", "missed_steps"]

ROOMS: Final = ("__main__", "main", "policy", "section", "settings", "subscriptions", "tables")

FILES: Final = (
    "Makefile",
    "pyproject.toml",
    "docker-compose.yml",
    "deploy/databases.sh",
    "deploy/secrets.sh",
    "shared/src/hamdel/contracts/sections.py",
    "shared/src/hamdel/http/settings.py",
    "cli/src/hamdel_cli/topology.py",
)
"""The files outside `services/` that every service is named in."""


def missed_steps(root: Path) -> list[str]:
    """`<service>: <step>` for every step that was left out; nothing when every folder is a whole service."""
    folders = sorted(path for path in (root / "services").iterdir() if path.is_dir())
    return [f"{folder.name}: {step}" for folder in folders for step in missed_by(root, folder)]


def missed_by(root: Path, folder: Path) -> Iterator[str]:
    """The steps that one service misses."""
    short, package = folder.name.removesuffix("-service"), folder.name.replace("-", "_")
    if not folder.name.endswith("-service"):
        yield "name ends with -service"
    yield from inner_steps(folder, package)
    yield from workspace_steps(root, folder.name, package)
    yield from deployment_steps(root, folder.name, short)
    yield from code_steps(root, folder.name, short)


def inner_steps(folder: Path, package: str) -> Iterator[str]:
    """What is inside the folder itself."""
    project = toml(folder / "pyproject.toml")
    if project.get("project", {}).get("name") != folder.name:
        yield "pyproject.toml with its name"
    wheel = project.get("tool", {}).get("hatch", {}).get("build", {}).get("targets", {}).get("wheel", {})
    if wheel.get("force-include", {}).get("migrations") != f"{package}/_migrations":
        yield "migrations in the wheel"
    if not (folder / "migrations" / "env.py").is_file() or not list((folder / "migrations" / "versions").glob("*.py")):
        yield "migrations"
    for room in ROOMS:
        if not (folder / "src" / package / f"{room}.py").is_file():
            yield f"{room}.py"


def workspace_steps(root: Path, name: str, package: str) -> Iterator[str]:
    """Makefile, type checker, import contracts."""
    makefile = (root / "Makefile").read_text(encoding="utf-8").splitlines()
    packages = next((line for line in makefile if line.startswith("PACKAGES")), "")
    if f"services/{name}" not in packages.split():
        yield "PACKAGES in the Makefile"
    tools = toml(root / "pyproject.toml")["tool"]
    if f"services/{name}/src" not in tools["mypy"]["mypy_path"]:
        yield "mypy_path"
    linter = tools["importlinter"]
    named = {contract["id"]: str(contract) for contract in linter["contracts"]}
    if package not in linter["root_packages"] or any(
        f"'{package}'" not in named.get(contract, "") for contract in ("independent", "shared", "cli", "kafka")
    ):
        yield "import contracts"


def deployment_steps(root: Path, name: str, short: str) -> Iterator[str]:
    """Compose and the scripts that make databases and passwords."""
    services = yaml.safe_load((root / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    if name not in services:
        yield "process in docker-compose.yml"
    if f"{name}-migrations" not in services:
        yield "migrations in docker-compose.yml"
    for script in ("databases.sh", "secrets.sh"):
        loops = [line for line in (root / "deploy" / script).read_text().splitlines() if line.startswith("for ")]
        if not any(short in line.replace(";", " ").split() for line in loops):
            yield f"deploy/{script}"


def code_steps(root: Path, name: str, short: str) -> Iterator[str]:
    """Section and topics, the embedded stack, the URL under which the others reach it."""
    if short not in literal(root / "shared/src/hamdel/contracts/sections.py", "SECTIONS").values():
        yield "section and topics in hamdel.contracts.sections"
    if literal(root / "cli/src/hamdel_cli/topology.py", "SERVICES").get(short) != name:
        yield "process of the embedded stack"
    if f"    {short}_url:" not in (root / "shared/src/hamdel/http/settings.py").read_text(encoding="utf-8"):
        yield "URL in hamdel.http.settings"


def toml(path: Path) -> dict[str, Any]:
    """The document, empty where there is no file."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def literal(path: Path, name: str) -> dict[str, str]:
    """The value of a module's constant that is a plain dictionary, read without importing it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name and node.value is not None:
            value = ast.literal_eval(node.value)
            assert isinstance(value, dict)
            return value
    raise LookupError(f"{name} in {path}")
