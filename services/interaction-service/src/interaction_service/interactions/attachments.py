"""Attachments by reference: where a file lies and how to tell that it is still the same one."""

from __future__ import annotations

from typing import Annotated, Final, NotRequired

from pydantic import ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

__all__ = ["Attachment", "Attachments"]

MAX_BYTES: Final = 2**40
_PART: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"


class Attachment(TypedDict):
    """`url` is http or https without credentials; `type` is a media type (RFC 6838, section 4.2), `size` counts bytes
    (at most 1 TiB), `hash` is `sha256:` and 64 lower-case hexadecimal digits."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]+([/?#]\S*)?$", max_length=2_000)]
    type: Annotated[str, StringConstraints(pattern=rf"^{_PART}/{_PART}$")]
    size: Annotated[int, Field(strict=True, ge=0, le=MAX_BYTES)]
    hash: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
    name: NotRequired[Annotated[str, StringConstraints(min_length=1, max_length=255)] | None]


Attachments = Annotated[list[Attachment], Field(max_length=20)]
