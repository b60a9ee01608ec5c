"""Bodies of calendars."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import FieldError, InvalidValue, RequestModel, ResponseModel
from interaction_service.calendars.domain import WEEKDAYS, WindowError, windows_of
from interaction_service.calendars.stored import Hours, StoredCalendar

__all__ = [
    "CalendarBody",
    "CalendarResource",
    "Code",
    "DeadlineAnswer",
    "ElapsedAnswer",
    "HolidaysBody",
    "HoursBody",
    "Minutes",
    "PlausibleTime",
    "check_code",
]

MAX_EXCEPTIONS: Final = 2_000
MAX_MINUTES: Final = 525_600
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _is_zone(value: str) -> str:
    if value not in _zones():
        raise PydanticCustomError("unknown_timezone", "not a time zone of the IANA database")
    return value


def _make_sense(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    try:
        windows_of(texts)
    except WindowError as error:
        raise PydanticCustomError(error.kind, "{reason}", {"reason": str(error), **error.context}) from error
    return texts


def _is_open_at_times(windows: dict[str, list[tuple[str, str]]]) -> dict[str, list[tuple[str, str]]]:
    if not any(windows.values()):
        raise PydanticCustomError("never_open", "must be open on at least one weekday")
    return windows


def _in_order(exceptions: list[ExceptionBody]) -> list[ExceptionBody]:
    if len({one.date for one in exceptions}) < len(exceptions):
        raise PydanticCustomError("given_twice", "a date is given twice")
    return sorted(exceptions, key=lambda one: one.date)


def _is_plausible(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise PydanticCustomError("out_of_range", "must be between 1970 and 2200")
    return moment.astimezone(UTC)


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Clock = Annotated[str, StringConstraints(max_length=10)]
DayWindows = Annotated[list[tuple[Clock, Clock]], Field(max_length=24), AfterValidator(_make_sense)]
Weekday = Literal[WEEKDAYS]  # type: ignore[valid-type]
Minutes = Annotated[int, Field(ge=0, le=MAX_MINUTES)]
PlausibleTime = Annotated[AwareDatetime, AfterValidator(_is_plausible)]


class ExceptionBody(RequestModel):
    """The hours of one date instead of those of its weekday; no windows: closed."""

    date: date
    windows: DayWindows
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


class HoursBody(RequestModel):
    """`windows`: weekday → pairs of "HH:MM" of the wall clock in `timezone`, "24:00" allowed as an end; a weekday that
    is left out is closed. A window past midnight is split into two. `code`, if given, must be that of the path."""

    code: Code | None = None
    timezone: Annotated[str, AfterValidator(_is_zone)]
    windows: Annotated[dict[Weekday, DayWindows], AfterValidator(_is_open_at_times)]
    exceptions: Annotated[list[ExceptionBody], Field(max_length=MAX_EXCEPTIONS), AfterValidator(_in_order)] = Field(
        default_factory=list
    )

    def hours(self) -> Hours:
        """What is stored."""
        windows = {weekday: self.windows.get(weekday, []) for weekday in WEEKDAYS}
        return Hours(self.timezone, windows, [one.model_dump(mode="json") for one in self.exceptions])


class CalendarBody(HoursBody):
    """A new calendar."""

    code: Code


def check_code(body: HoursBody, code: str) -> None:
    """Raises InvalidValue where the body names another calendar than the path."""
    if body.code is not None and body.code != code:
        raise InvalidValue(errors=[FieldError("/code", "must be the code of the path", "other_code")])


class HolidaysBody(RequestModel):
    """A list of holidays, such as `ir-fixed`, and a year of the list's own calendar, such as 1405."""

    list: Annotated[str, StringConstraints(max_length=64)]
    year: Annotated[int, Field(ge=1, le=9_999)]


class CalendarResource(ResponseModel):
    """A calendar; `version` is its entity tag."""

    code: str
    timezone: str
    windows: dict[str, list[tuple[str, str]]]
    exceptions: list[dict[str, Any]]
    version: int
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, stored: StoredCalendar) -> CalendarResource:
        """The resource of a stored calendar."""
        hours = stored.hours
        return cls(
            code=stored.code,
            timezone=hours.timezone,
            windows={weekday: [(start, end) for start, end in hours.windows[weekday]] for weekday in WEEKDAYS},
            exceptions=[dict(one) for one in hours.exceptions],
            version=stored.version,
            created_at=stored.created_at,
            updated_at=stored.updated_at,
        )


class DeadlineAnswer(ResponseModel):
    """A deadline in UTC."""

    due_at: Moment


class ElapsedAnswer(ResponseModel):
    """Open minutes, with a fraction where there is one."""

    minutes: float
