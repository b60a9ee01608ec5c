"""Bodies of the merge routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from profile_service.customers.domain import Link
from profile_service.identifiers.domain import shown
from profile_service.merges.domain import Veto
from profile_service.merges.repository import Merge
from profile_service.merges.service import Preview

__all__ = ["MergeBody", "MergeResource", "MergedResource", "PreviewResource"]


class MergeBody(RequestModel):
    """Who is to be absorbed; with `dry_run` nothing happens and the answer says what would."""

    absorb: UUID
    dry_run: bool = False


class MergedResource(ResponseModel):
    """A merge that was made."""

    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID

    @classmethod
    def of(cls, link: Link) -> MergedResource:
        """From the link."""
        return cls(merge_id=link.merge_id, survivor_id=link.survivor_id, absorbed_id=link.absorbed_id)


class MergeResource(MergedResource):
    """A merge of the past or present; times are UTC, `unmerged_at` is null while it holds."""

    merged_at: Moment
    merged_by: str
    unmerged_at: Moment | None
    unmerged_by: str | None

    @classmethod
    def made(cls, merge: Merge) -> MergeResource:
        """From the row."""
        return cls(
            merge_id=merge.id,
            survivor_id=merge.survivor_id,
            absorbed_id=merge.absorbed_id,
            merged_at=merge.merged_at,
            merged_by=merge.merged_by,
            unmerged_at=merge.unmerged_at,
            unmerged_by=merge.unmerged_by,
        )


class FieldOutcome(ResponseModel):
    """A field in which the two differ, and what would be shown."""

    field: str
    survivor: Any
    absorbed: Any
    result: Any


class FieldConflict(ResponseModel):
    """A field in which both say something, and not the same; `veto` = it forbids the merge. With the name of a type of
    identifiers and two numbers: together they have more of them than one customer may."""

    field: str
    survivor: Any
    absorbed: Any
    veto: bool = False


class PreviewResource(ResponseModel):
    """What a merge would do. `rows` counts what the absorbed customer has in each service; null = it did not answer."""

    fields: list[FieldOutcome]
    conflicts: list[FieldConflict]
    rows: dict[str, int | None]

    @classmethod
    def of(cls, preview: Preview, elsewhere: Mapping[str, int | None], *, in_full: bool) -> PreviewResource:
        """`in_full`: whether the reader may see national ids unmasked."""
        conflicts = [FieldConflict(field=field, survivor=a, absorbed=b) for field, a, b in preview.conflicts]
        if preview.veto is not None:
            conflicts.insert(0, _vetoed(preview, preview.veto, in_full=in_full))
        fields = [FieldOutcome(field=f, survivor=a, absorbed=b, result=c) for f, a, b, c in preview.fields]
        return cls(fields=fields, conflicts=conflicts, rows={"profile": preview.rows, **elsewhere})


def _vetoed(preview: Preview, veto: Veto, *, in_full: bool) -> FieldConflict:
    if veto.field == "kind":
        kinds = (each.document["kind"] for each in (preview.survivor, preview.absorbed))
        return FieldConflict(field="kind", **dict(zip(("survivor", "absorbed"), kinds, strict=True)), veto=True)
    sides = [
        [
            each.value if in_full else shown(each.type, each.value)
            for each in customer.identifiers
            if each.type == veto.field
        ]
        for customer in (preview.survivor, preview.absorbed)
    ]
    return FieldConflict(field=veto.field, survivor=sides[0], absorbed=sides[1], veto=True)
