"""The form of one page: how its fields are named, what they say, and the token that proves that we made it.

Field names: `a.<question>` (for a row of a matrix `a.<question>.<row>`, for a date `.day`, `.month`, `.year`) and
`d.<question>` for "I prefer not to answer", which wins over whatever else the question got: without a script nobody can
take a radio button back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from hamdel.http.problem import FieldError, InvalidValue, Malformed
from survey_service.definition import Question, validate_answer

__all__ = ["DISMISSED", "FILLED", "Form", "Given", "form_token", "given_answers", "is_ours", "raw_of", "read_form"]

MOST_FIELDS: Final = 4_000
LARGEST_STEP: Final = 2**31 - 2
DISMISSED: Final = "-"
"""The value of the radio button that stands for no answer: neither a number nor the id of an option."""

FILLED: Final = ("day", "month", "year")
"""The three parts of a date, in the order in which they are asked."""

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """What came back. `go` is the button: `next`, `back` or `lang:<language>`; `shown` says what was asked."""

    fields: Fields
    response_id: UUID | None
    token: str
    page: str
    step: int
    go: str
    language: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What one page says, by question id: `raw` answers as the API has them, an empty one where the question was left
    empty, and what is wrong with some of them."""

    raw: Mapping[str, Any]
    faults: Mapping[str, FieldError]

    @property
    def answers(self) -> dict[str, Any]:
        """Those that can be kept."""
        return {name: given for name, given in self.raw.items() if name not in self.faults}


def read_form(body: bytes) -> Form:
    """The fields of `application/x-www-form-urlencoded` (URL Standard, section 5). Raises Malformed for too many."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Malformed(detail="the form has too many fields") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.replace("\x00", ""))
    return Form(
        fields=fields,
        response_id=_uuid(_one(fields, "response")),
        token=_one(fields, "form"),
        page=_one(fields, "page"),
        step=_step(_one(fields, "step")),
        go=_one(fields, "go") or "next",
        language=_one(fields, "language"),
        shown=tuple(_one(fields, "shown").split()),
    )


def form_token(survey_token: str, response_id: UUID) -> str:
    """Proves that a form was made here for this link and this response: HMAC-SHA-256 (RFC 2104), base64url. The key is
    the link's own token: it is all that a respondent has to prove anything with, and no cookie goes along by itself."""
    made = hmac.digest(survey_token.encode(), b"form\0" + response_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(made[:18]).decode()


def is_ours(survey_token: str, form: Form) -> bool:
    """Whether the form carries its own token; compared in constant time."""
    if form.response_id is None:
        return False
    return hmac.compare_digest(form.token.encode(), form_token(survey_token, form.response_id).encode())


def given_answers(questions: Iterable[Question], form: Form, calendar: str) -> Given:
    """What the form says about these questions, each checked as the API would check it. Of a question that was left
    empty nothing is said but that an earlier answer is taken back."""
    raw: dict[str, Any] = {}
    faults: dict[str, FieldError] = {}
    for question in questions:
        if not question.asks or question.id not in form.shown:
            continue
        given = raw[question.id] = raw_of(question, form.fields, calendar)
        try:
            _check(question, given)
        except InvalidValue as error:
            faults[question.id] = error.errors[0]
    return Given(raw, faults)


def raw_of(question: Question, fields: Fields, calendar: str) -> dict[str, Any]:
    """The answer to a question as the API would have it, unchecked."""
    name = f"a.{question.id}"
    chosen = [one for one in fields.get(name, ()) if one]
    if _one(fields, f"d.{question.id}") or chosen == [DISMISSED]:
        return {"dismissed": True}
    match question.kind:
        case "single_choice" | "multiple_choice":
            return {"options": chosen}
        case "likert":
            given = {row.id: _one(fields, f"{name}.{row.id}") for row in question.rows}
            return {"rows": {row: option for row, option in given.items() if option}}
        case "date":
            return _date({part: _one(fields, f"{name}.{part}").strip() for part in FILLED}, calendar)
        case "consent":
            return {"value": bool(chosen)}
        case "text":
            return {"text": _one(fields, name).replace("\r\n", "\n")}
        case _:
            return {"value": _one(fields, name).strip()}


def _check(question: Question, raw: Mapping[str, Any]) -> None:
    if question.kind == "date" and 0 < sum(bool(part) for part in raw.get("date", "").split("-")) < len(FILLED):
        raise InvalidValue(errors=[FieldError("/date", "is incomplete", "date_incomplete")])
    validate_answer(question, raw)


def _date(parts: Mapping[str, str], calendar: str) -> dict[str, Any]:
    if not any(parts.values()):
        return {"date": ""}
    return {"date": "-".join((parts["year"], parts["month"], parts["day"])), "calendar": calendar}


def _one(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _uuid(plain: str) -> UUID | None:
    try:
        return UUID(plain)
    except ValueError:
        return None


def _step(plain: str) -> int:
    return min(int(plain), LARGEST_STEP) if plain.isascii() and plain.isdigit() and len(plain) < 12 else 1
