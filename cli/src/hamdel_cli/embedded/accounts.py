"""PostgreSQL refuses to run as root: as root it runs under an unprivileged account that exists already."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Account", "let_read", "let_through", "unprivileged_account"]

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the system, by number."""

    name: str
    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        """The arguments of `subprocess` that make a child run under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def unprivileged_account() -> Account | None:
    """None when we are not root; else the first existing account of `postgres` and `nobody`.

    Raises LookupError when root has neither.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise LookupError(f"PostgreSQL does not run as root and there is no account {' or '.join(CANDIDATES)}")


def let_through(path: Path) -> None:
    """Lets every account traverse (not list) the folders that lead to `path`; what root's own home usually forbids."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def let_read(tree: Path) -> None:
    """Lets every account read the files of an installed package (a umask of 077 at installation forbids it)."""
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        wanted = stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode & wanted != wanted:
            path.chmod(stat.S_IMODE(mode) | wanted)
