"""What a command says when it fails: one clear line, never a traceback."""

from __future__ import annotations

__all__ = ["CommandFailedError"]


class CommandFailedError(Exception):
    """Ends the command with exit code 1 and this line."""
