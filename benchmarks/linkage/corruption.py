"""How a second record of the same person differs: what clerks, forms and time do to a record.

Written from the list in the issue (typing errors, swapped names, missing fields, the other script, other phone formats,
changed birth dates, addresses and mailboxes), without looking at what the matcher can stand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any, Final

from benchmarks.linkage.people import Person, body_of

__all__ = ["corrupted"]

_PERSIAN_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_PERSIAN: Final = "ابپتجچحخدرزسشصطعغفقکگلمنوهی"
_SHORT: Final = (("خیابان ", "خ "), ("کوچه ", ""), (" Street", " St"), (" Road", " Rd"), (" Avenue", " Ave"))
_HOW_MANY: Final = (1, 1, 2, 2, 2, 3, 3, 4)

Body = dict[str, Any]


def corrupted(person: Person, latin: bool, random: Random) -> Body:
    """A record of somebody whose first record is in the script named by `latin`: one to four things are wrong in it,
    and one copy in five of the Iranians is in the other script. A copy has no national id: it would be refused."""
    other = person.iranian and random.random() < 0.2
    body = body_of(person, latin=latin != other, random=random)
    body["identifiers"] = [each for each in body["identifiers"] if each["type"] != "national_id"]
    for change in random.sample(_CHANGES, random.choice(_HOW_MANY)):
        change(body, person, random)
    return body


def _typo(text: str, random: Random) -> str:
    """One of Damerau's four errors."""
    letters = _PERSIAN if any("\u0600" <= each <= "\u06ff" for each in text) else _LATIN
    at = random.randrange(len(text))
    kind = random.choice(("insert", "delete", "substitute", "transpose"))
    if kind == "insert" or len(text) < 3:
        return text[:at] + random.choice(letters) + text[at:]
    if kind == "delete":
        return text[:at] + text[at + 1 :]
    if kind == "substitute":
        return text[:at] + random.choice(letters) + text[at + 1 :]
    at = min(at, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _name_typos(body: Body, person: Person, random: Random) -> None:
    """In the given name, the family name, or both."""
    name = body["name"]
    for part in random.choice((("given",), ("family",), ("given", "family"))):
        name[part] = _typo(name[part], random) if name[part] else None


def _swapped(body: Body, person: Person, random: Random) -> None:
    name = body["name"]
    name["given"], name["family"] = name["family"], name["given"]


def _missing(body: Body, person: Person, random: Random) -> None:
    """One thing nobody asked for."""
    field = random.choice(("given", "birth_date", "phone", "email", "address", "postal_code"))
    if field == "given":
        body["name"]["given"] = None
    elif field in ("phone", "email"):
        _set(body, field, None)
    elif field == "postal_code":
        (body["address"] or {}).pop(field, None)
    else:
        body[field] = None


def _birth_date(body: Body, person: Person, random: Random) -> None:
    born = person.born
    kind = random.choice(("swapped", "day", "year", "digit"))
    changed = born
    if kind == "swapped" and born.day <= 12:
        changed = born.replace(month=born.day, day=born.month)
    elif kind == "year":
        changed = born.replace(
            year=born.year + random.choice((-1, 1, -10, 10 if born.year < 2000 else -10)), day=min(born.day, 28)
        )
    elif kind == "digit":
        changed = born.replace(day=random.randint(1, 28))
    else:
        changed = born + timedelta(days=random.choice((-1, 1)))
    body["birth_date"] = changed.isoformat()


def _phone(body: Body, person: Person, random: Random) -> None:
    phone = person.phone
    country, rest = phone[:3], phone[3:]
    written = random.choice(
        (
            "0" + rest,
            f"00{country[1:]}{rest}",
            f"{country} {rest[:3]} {rest[3:6]} {rest[6:]}",
            f"0{rest[:3]}-{rest[3:6]}-{rest[6:]}",
        )
    )
    if person.iranian and random.random() < 0.3:
        written = ("0" + rest).translate(_PERSIAN_DIGITS)
    if not person.iranian and not written.startswith(("+", "00")):
        written = phone
    _set(body, "phone", written)


def _other_phone(body: Body, person: Person, random: Random) -> None:
    prefix, length = (person.phone[:6], 7) if person.iranian else (person.phone[:4], 8)
    new = prefix + f"{random.randrange(10**length):0{length}}"
    _set(body, "phone", new)


def _email(body: Body, person: Person, random: Random) -> None:
    mailbox, _, host = person.email.partition("@")
    elsewhere = "yahoo.com" if host != "yahoo.com" else "gmail.com"
    _set(body, "email", random.choice((f"{mailbox}@{elsewhere}", f"{_typo(mailbox, random)}@{host}")))


def _address(body: Body, person: Person, random: Random) -> None:
    address = body["address"]
    if address is None:
        return
    kind = random.choice(("typo", "short", "postcode", "moved"))
    if kind == "typo":
        address["line1"] = _typo(address["line1"], random)
        address["city"] = _typo(address["city"], random)
    elif kind == "short":
        for long, short in _SHORT:
            address["line1"] = address["line1"].replace(long, short)
        address["line1"] = address["line1"].split(" واحد")[0].split(", Unit")[0]
    elif kind == "postcode" and "postal_code" in address:
        code = address["postal_code"]
        at = random.randrange(len(code))
        address["postal_code"] = code[:at] + str(random.randrange(10)) + code[at + 1 :]
    else:
        body["address"] = {"city": address["city"], "country": address["country"]}
        body["address"].update(line1=f"{random.randint(1, 300)} {random.choice(('Nowhere', 'Elm', 'Station'))} Road")


def _set(body: Body, type_: str, value: str | None) -> None:
    body["identifiers"] = [each for each in body["identifiers"] if each["type"] != type_]
    if value:
        body["identifiers"].append({"type": type_, "value": value})


_CHANGES: Final[tuple[Callable[[Body, Person, Random], None], ...]] = (
    _name_typos,
    _swapped,
    _missing,
    _birth_date,
    _phone,
    _other_phone,
    _email,
    _address,
)
