"""Reads answers as they come: from JSON or from a form, with Persian and Arabic digits, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from hamdel.calendar import to_gregorian
from hamdel.http.body import escape
from hamdel.http.problem import FieldError, InvalidValue
from survey_service.definition.domain import SCALED, Answer, Definition, Kind, Option, Question

__all__ = ["read_answers", "stored_answers", "validate_answer"]

LONGEST_TEXT: Final = 10_000
LARGEST_NUMBER: Final = 10**15
EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})

DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫−", "01234567890123456789.-")
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:[,٬][0-9]{3})+|[0-9]{1,16})(?:\.[0-9]{1,10})?")
DAY: Final = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")


class _FaultError(Exception):
    """What is wrong with one answer; `place` is below the answer."""

    def __init__(self, place: str, message: str, kind: str, **context: object) -> None:
        super().__init__(message)
        self.place, self.message, self.kind, self.context = place, message, kind, context


def validate_answer(question: Question, raw: Any, pointer: str = "") -> Answer | None:
    """The answer that a respondent gives; None for an empty one, which takes an earlier answer back.

    `raw` is the API's object: `{value}` of a scale, a number or a consent, `{options: [ids]}`, `{rows: {row: option}}`,
    `{text}`, `{date: "YYYY-MM-DD"}` (with `calendar: "jalali"` the date is a Jalali one), or `{dismissed: true}`.
    Numbers and dates may be text with Persian or Arabic digits. Raises InvalidValue (422) whose one place begins with
    `pointer`.
    """
    try:
        return _answer(question, raw)
    except _FaultError as fault:
        raise InvalidValue(errors=[_place(fault, pointer)]) from fault


def read_answers(definition: Definition, raw: Mapping[str, Any], pointer: str = "/answers") -> dict[str, Answer]:
    """Every answer that is given, by question id, empty ones left out. Raises InvalidValue (422) that names every wrong
    place, questions that the definition does not have among them."""
    found, faults = {}, []
    for name, given in raw.items():
        at = f"{pointer}/{escape(name)}"
        question = definition.questions.get(name)
        if question is None:
            faults.append(FieldError(at, "the survey has no such question", "unknown_question"))
            continue
        try:
            answer = _answer(question, given)
        except _FaultError as fault:
            faults.append(_place(fault, at))
            continue
        if answer is not None:
            found[name] = answer
    if faults:
        raise InvalidValue(errors=faults)
    return found


def stored_answers(definition: Definition, stored: Mapping[str, Any]) -> dict[str, Answer]:
    """Answers as `Answer.on_wire` wrote them, not checked again; for those read back from the database."""
    return {name: _stored(given) for name, given in stored.items() if name in definition.questions}


def _stored(given: Mapping[str, Any]) -> Answer:
    day = given.get("date")
    return Answer(
        value=given.get("value"),
        options=tuple(given.get("options", ())),
        rows=given.get("rows", {}),
        text=given.get("text"),
        date=None if day is None else date.fromisoformat(day),
        dismissed=given.get("dismissed", False),
    )


def _place(fault: _FaultError, pointer: str) -> FieldError:
    return FieldError(f"{pointer}{fault.place}", fault.message, fault.kind, fault.context)


def _answer(question: Question, raw: Any) -> Answer | None:
    if not isinstance(raw, Mapping):
        raise _FaultError("", "must be an object", "dict_type")
    if not question.asks:
        raise _FaultError("", "a statement takes no answer", "not_asked")
    member, read = _READERS[question.kind]
    for name in raw:
        if name not in (member, "dismissed") and not (member == "date" and name == "calendar"):
            raise _FaultError(f"/{escape(str(name))}", f"this question takes {member}", "answer_member", member=member)
    if raw.get("dismissed") not in (None, True, False):
        raise _FaultError("/dismissed", "must be true or false", "bool_type")
    if raw.get("dismissed"):
        return _dismissed(raw.get(member))
    given = raw.get(member)
    return None if given in EMPTY else read(question, given, raw)


def _dismissed(given: Any) -> Answer:
    if given not in EMPTY:
        raise _FaultError("/dismissed", "is either answered or dismissed", "answered_and_dismissed")
    return Answer(dismissed=True)


def _step(question: Question, given: Any, raw: Mapping[str, Any]) -> Answer:
    value = _number(given)
    if not isinstance(value, int):
        raise _FaultError("/value", "must be a whole number", "int_type")
    return Answer(value=_within(question, value))


def _any_number(question: Question, given: Any, raw: Mapping[str, Any]) -> Answer:
    return Answer(value=_within(question, _number(given)))


def _number(given: Any) -> int | float:
    value = _written(given) if isinstance(given, str) else given
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise _FaultError("/value", "must be a number", "float_type")
    if abs(value) > LARGEST_NUMBER:
        raise _FaultError("/value", "must be smaller", "int_parsing_size")
    return int(value) if value == int(value) else value


def _written(given: str) -> int | float | None:
    plain = given.strip().translate(DIGITS)
    if not NUMBER.fullmatch(plain):
        return None
    bare = plain.replace(",", "").replace("٬", "")
    return float(bare) if "." in bare else int(bare)


def _within(question: Question, value: float) -> int | float:
    scale = question.scale
    if scale is None or scale.holds(value):
        return value
    if scale.min is not None and value < scale.min:
        raise _FaultError("/value", f"must be at least {scale.min}", "greater_than_equal", ge=scale.min)
    raise _FaultError("/value", f"must be at most {scale.max}", "less_than_equal", le=scale.max)


def _choice(question: Question, given: Any, raw: Mapping[str, Any]) -> Answer:
    if not isinstance(given, list | tuple):
        raise _FaultError("/options", "must be a list of option ids", "list_type")
    for index, one in enumerate(given):
        if not isinstance(one, str) or all(one != option.id for option in question.options):
            raise _FaultError(f"/options/{index}", "the question has no such option", "unknown_option")
        if one in given[:index]:
            raise _FaultError(f"/options/{index}", "is given twice", "given_twice")
    if question.kind == "single_choice":
        _at_most(given, 1)
    else:
        _check_choices(question, given)
    return Answer(options=tuple(option.id for option in question.options if option.id in given))


def _check_choices(question: Question, given: Any) -> None:
    alone = any(option.exclusive for option in question.options if option.id in given)
    if alone and len(given) > 1:
        raise _FaultError("/options", "one of these is chosen alone", "exclusive_option")
    if len(given) < question.min_choices and not alone:
        least = question.min_choices
        raise _FaultError("/options", f"choose at least {least}", "too_short", min_length=least)
    _at_most(given, question.max_choices)


def _at_most(given: Any, most: int | None) -> None:
    if most is not None and len(given) > most:
        raise _FaultError("/options", f"choose at most {most}", "too_long", max_length=most)


def _rows(question: Question, given: Any, raw: Mapping[str, Any]) -> Answer | None:
    if not isinstance(given, Mapping):
        raise _FaultError("/rows", "must be an object of row id and option id", "dict_type")
    for row, option in given.items():
        at = f"/rows/{escape(str(row))}"
        if not _has(question.rows, row):
            raise _FaultError(at, "the question has no such row", "no_such_row")
        if option is not None and not _has(question.options, option):
            raise _FaultError(at, "the question has no such option", "unknown_option")
    rows = {row.id: given[row.id] for row in question.rows if given.get(row.id) is not None}
    return Answer(rows=rows) if rows else None


def _has(options: tuple[Option, ...], one: Any) -> bool:
    return isinstance(one, str) and any(one == option.id for option in options)


def _text(question: Question, given: Any, raw: Mapping[str, Any]) -> Answer | None:
    if not isinstance(given, str):
        raise _FaultError("/text", "must be text", "string_type")
    if "\x00" in given:
        raise _FaultError("/text", "must not contain NUL", "nul")
    if len(given) > LONGEST_TEXT:
        message = f"must have at most {LONGEST_TEXT} characters"
        raise _FaultError("/text", message, "string_too_long", max_length=LONGEST_TEXT)
    return Answer(text=given) if given.strip() else None


def _date(question: Question, given: Any, raw: Mapping[str, Any]) -> Answer:
    calendar = raw.get("calendar", "gregorian")
    if calendar not in ("gregorian", "jalali"):
        raise _FaultError("/calendar", "must be gregorian or jalali", "literal_error", expected="gregorian, jalali")
    match = DAY.fullmatch(given.strip().translate(DIGITS)) if isinstance(given, str) else None
    if match is None:
        raise _FaultError("/date", "must be a date such as 2026-03-21, without a time", "date_parsing")
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    try:
        return Answer(date=to_gregorian(year, month, day) if calendar == "jalali" else date(year, month, day))
    except ValueError as error:
        raise _FaultError("/date", "there is no such day", "date_parsing") from error


def _consent(question: Question, given: Any, raw: Mapping[str, Any]) -> Answer:
    if not isinstance(given, bool):
        raise _FaultError("/value", "must be true or false", "bool_type")
    if question.required and not given:
        raise _FaultError("/value", "this consent is needed to go on", "consent_required")
    return Answer(value=given)


_Reader = Callable[[Question, Any, Mapping[str, Any]], Answer | None]
_READERS: Final[Mapping[Kind, tuple[str, _Reader]]] = {
    **dict.fromkeys(SCALED, ("value", _step)),
    "number": ("value", _any_number),
    "single_choice": ("options", _choice),
    "multiple_choice": ("options", _choice),
    "likert": ("rows", _rows),
    "date": ("date", _date),
    "text": ("text", _text),
    "consent": ("value", _consent),
}
