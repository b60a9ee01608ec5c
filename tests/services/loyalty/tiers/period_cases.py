"""Tiers in fixed periods and in years of membership, worked out by hand: silver at 100, gold at 250."""

from __future__ import annotations

from tests.services.loyalty.tiers.stories import JALALI, Case, Got, anniversary, period

LEAP_DAY = "2024-02-29"
ESFAND_30 = "2025-03-20"
"""30 Esfand 1403, the last day of a leap year."""

PERIODS = (
    Case("reached in a year, valid to the end of the next",
         period(), (Got("2025-02-10", 100),), "2025-02-10", "silver", "2027-01-01"),
    Case("on the last day of the year as well",
         period(), (Got("2025-12-31", 100),), "2025-12-31", "silver", "2027-01-01"),
    Case("two years do not add up",
         period(), (Got("2025-12-31", 60), Got("2026-01-01", 40)), "2026-01-01", None),
    Case("the year after was not enough: it ends with it",
         period(), (Got("2025-02-10", 100), Got("2026-05-05", 99)), "2027-01-01", None),
    Case("the year after was enough: another year",
         period(), (Got("2025-02-10", 100), Got("2026-05-05", 100)), "2027-01-01", "silver", "2028-01-01"),
    Case("one_down from gold, whatever the year after gave below gold",
         period(downgrade="one_down"), (Got("2025-02-10", 250), Got("2026-05-05", 30)),
         "2027-01-01", "silver", "2028-01-01"),
    Case("gold in the year after silver was reached: to the end of the year after that",
         period(), (Got("2025-02-10", 100), Got("2026-05-05", 250)), "2026-05-05", "gold", "2028-01-01"),
    Case("a quarter is valid to the end of the next quarter",
         period(3), (Got("2025-02-10", 100),), "2025-02-10", "silver", "2025-07-01"),
    Case("periods of two years begin with even ones",
         period(24), (Got("2025-02-10", 100),), "2025-02-10", "silver", "2028-01-01"),
    Case("grace: January still counts for the year that has ended",
         period(grace_days=31), (Got("2025-02-10", 100), Got("2026-06-01", 60), Got("2027-01-20", 40)),
         "2027-02-01", "silver", "2028-01-01"),
)  # fmt: skip

JALALI_YEARS = (
    Case("30 Esfand 1403 and 1 Farvardin 1404 are two years",
         period(), (Got(ESFAND_30, 60), Got("2025-03-21", 40)), "2025-03-21", None, None, JALALI),
    Case("30 Esfand belongs to 1403, and silver is valid to 29 Esfand 1404",
         period(), (Got("2025-03-19", 60), Got(ESFAND_30, 40)), ESFAND_30, "silver", "2026-03-21", JALALI),
    Case("on 29 Esfand 1404 it is still there",
         period(), (Got(ESFAND_30, 100),), "2026-03-20", "silver", "2026-03-21", JALALI),
    Case("on 1 Farvardin 1405 it is not",
         period(), (Got(ESFAND_30, 100),), "2026-03-21", None, None, JALALI),
    Case("reached on 29 Esfand 1404, valid to 29 Esfand 1405",
         period(), (Got("2026-03-20", 100),), "2026-03-20", "silver", "2027-03-21", JALALI),
    Case("half years begin with Farvardin and Mehr",
         period(6), (Got("2025-09-22", 100),), "2025-09-22", "silver", "2026-03-21", JALALI),
)  # fmt: skip

ANNIVERSARIES = (
    Case("who enrolled on a leap day begins a new year on 28 February",
         anniversary(), (Got("2025-02-27", 60), Got("2025-02-28", 40)), "2025-02-28", None, enrolled=LEAP_DAY),
    Case("reached on the last day of the first year, valid to the end of the second",
         anniversary(), (Got("2025-02-27", 100),), "2025-02-27", "silver", "2026-02-28", enrolled=LEAP_DAY),
    Case("in the next leap year the new year begins on 29 February: the day before belongs to the old one",
         anniversary(), (Got("2028-02-28", 100),), "2028-02-28", "silver", "2029-02-28", enrolled=LEAP_DAY),
    Case("and the leap day itself to the new one",
         anniversary(), (Got("2028-02-29", 100),), "2028-02-29", "silver", "2030-02-28", enrolled=LEAP_DAY),
    Case("kept by what the second year gave",
         anniversary(), (Got("2025-02-27", 100), Got("2025-03-01", 100)),
         "2026-02-28", "silver", "2027-02-28", enrolled=LEAP_DAY),
    Case("who enrolled on 30 Esfand 1403 begins a new year on 29 Esfand 1404",
         anniversary(), (Got("2026-03-19", 100),), "2026-03-19", "silver", "2027-03-20", JALALI, ESFAND_30),
    Case("what was bought before the enrolment lies in a year of its own",
         anniversary(), (Got("2025-06-01", 100, "2026-05-02"),), "2026-05-02", "silver", "2027-05-01",
         enrolled="2026-05-01"),
)  # fmt: skip
