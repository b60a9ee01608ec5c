"""Which files there are, and which rule does not hold where. Each exception has its reason beside it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Final

__all__ = ["ROOT", "python_sources", "repository_files", "violations"]

ROOT: Final = Path(__file__).resolve().parents[2]

Rule = Callable[[str], Collection[str]]


def python_sources(root: Path = ROOT) -> list[Path]:
    """Every module that is shipped: shared, gateway, command line and services."""
    return sorted(path for pattern in ("*/src/**/*.py", "services/*/src/**/*.py") for path in root.glob(pattern))


def repository_files(root: Path = ROOT) -> list[Path]:
    """What git tracks or would track, so that a file is judged before it is added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in (root / name for name in sorted(set(names))) if path.is_file()]


def violations(rule: Rule, paths: Iterable[Path], root: Path = ROOT) -> list[str]:
    """`path: finding` for every finding of the rule."""
    return [
        f"{path.relative_to(root)}: {finding}" for path in paths for finding in rule(path.read_text(encoding="utf-8"))
    ]
