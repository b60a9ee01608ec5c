"""Two hundred thousand plausible customers of a company in Iran, the same ones for the same seed.

The lists are the commonest names of people in Iran and of its English-speaking customers, written down from memory in
order of frequency; they are drawn with weights that fall as 1 / rank (Zipf), so that one in fifteen is a محمدی. Rarer
family names are made the way Persian makes them: a stem and one of the usual endings.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, product
from typing import Any

__all__ = ["People", "people"]


def _list(text: str) -> list[str]:
    return [entry.strip() for entry in text.replace("\n", " ").split("|")]


FAMILIES = _list("""
محمدی Mohammadi | حسینی Hosseini | احمدی Ahmadi | رضایی Rezaei | مرادی Moradi | حیدری Heidari | کریمی Karimi
| رحیمی Rahimi | جعفری Jafari | ابراهیمی Ebrahimi | قاسمی Ghasemi | موسوی Mousavi | صادقی Sadeghi |
نوری Nouri | اکبری Akbari | رستمی Rostami | علیزاده Alizadeh | اسماعیلی Esmaeili | زارعی Zarei |
شریفی Sharifi | امینی Amini | باقری Bagheri | طاهری Taheri | یوسفی Yousefi | عباسی Abbasi |
سلیمانی Soleimani | محمودی Mahmoudi | نجفی Najafi | کاظمی Kazemi | فتحی Fathi | عزیزی Azizi | امیری Amiri |
صالحی Salehi | قربانی Ghorbani | هاشمی Hashemi | میرزایی Mirzaei | غلامی Gholami | بهرامی Bahrami |
رمضانی Ramezani | شفیعی Shafiei | یزدانی Yazdani | طهماسبی Tahmasebi | نظری Nazari | شیخی Sheikhi |
کرمی Karami | پناهی Panahi | خسروی Khosravi | فرهادی Farhadi | دهقان Dehghan | ملکی Maleki | نیکنام Niknam |
سعیدی Saeedi | تهرانی Tehrani | شیرازی Shirazi | اصفهانی Esfahani | تبریزی Tabrizi | کاشانی Kashani |
همتی Hemmati | جلالی Jalali | جوادی Javadi | توکلی Tavakoli | بیگی Beigi | عسگری Asgari |
ذوالفقاری Zolfaghari | مظفری Mozaffari
""")

GIVENS = _list("""
محمد Mohammad m | علی Ali m | فاطمه Fatemeh f | زهرا Zahra f | حسین Hossein m | رضا Reza m | مریم Maryam f |
مهدی Mehdi m | امیر Amir m | حسن Hassan m | سارا Sara f | زینب Zeinab f | محمدرضا Mohammadreza m |
علیرضا Alireza m | امیرحسین Amirhossein m | معصومه Masoumeh f | سمیه Somayeh f | نرگس Narges f |
لیلا Leila f | مینا Mina f | احمد Ahmad m | ابوالفضل Abolfazl m | سعید Saeed m | حمید Hamid m | مجید Majid m
| محسن Mohsen m | مسعود Masoud m | وحید Vahid m | بهرام Bahram m | کامران Kamran m | کیوان Keyvan m |
آرش Arash m | سیاوش Siavash m | پرویز Parviz m | فرهاد Farhad m | نازنین Nazanin f | پریسا Parisa f |
شیرین Shirin f | الهام Elham f | مهسا Mahsa f | نگار Negar f | هانیه Hanieh f | ریحانه Reyhaneh f |
طاهره Tahereh f | اعظم Azam f | صدیقه Sedigheh f | یاسمن Yasaman f | کوروش Kourosh m | داریوش Dariush m |
جواد Javad m | صادق Sadegh m | قاسم Ghasem m | یوسف Yousef m | ابراهیم Ebrahim m | اسماعیل Esmaeil m
""")

ENGLISH_GIVENS = _list("""
James | Mary | John | Patricia | Robert | Jennifer | Michael | Linda | William | Elizabeth | David | Barbara
| Richard | Susan | Joseph | Jessica | Thomas | Sarah | Charles | Karen | Christopher | Nancy | Daniel |
Lisa | Matthew | Margaret | Anthony | Betty | Mark | Sandra | Paul | Ashley | Steven | Kimberly | Andrew |
Donna | Kenneth | Emily | Joshua | Michelle | George | Carol | Kevin | Amanda | Brian | Melissa
""")

ENGLISH_FAMILIES = _list("""
Smith | Johnson | Williams | Brown | Jones | Garcia | Miller | Davis | Rodriguez | Martinez | Hernandez |
Lopez | Gonzalez | Wilson | Anderson | Thomas | Taylor | Moore | Jackson | Martin | Lee | Perez | Thompson |
White | Harris | Sanchez | Clark | Ramirez | Lewis | Robinson | Walker | Young | Allen | King | Wright |
Scott | Torres | Nguyen | Hill | Flores | Green | Adams | Nelson | Baker | Hall | Rivera | Campbell |
Mitchell | Carter | Roberts | Turner | Phillips | Evans | Parker | Edwards | Collins | Stewart | Morris |
Murphy | Cook | Rogers
""")

STEMS = _list("""
آقا Agha | ملک Malek | شاه Shah | میر Mir | نیک Nik | پور Pour | گل Gol | مهر Mehr | راد Rad | بهار Bahar |
دل Del | نوروز Nowruz | خوش Khosh | زرین Zarrin | سهراب Sohrab | جمشید Jamshid | فریدون Fereydoun |
منوچهر Manouchehr | بهمن Bahman | هرمز Hormoz | شهباز Shahbaz | پهلوان Pahlavan | استاد Ostad |
درویش Darvish | صباغ Sabbagh | نجار Najjar | حداد Haddad | عطار Attar | خیاط Khayyat | صراف Sarraf
""")

MIDDLES = _list("""
 | حسن Hasan | محمد Mohammad | علی Ali | کریم Karim | رحیم Rahim | قلی Gholi | وردی Verdi | بخش Bakhsh |
داد Dad
""")

ENDINGS = _list("""
زاده zadeh | پور pour | نژاد nejad | نیا nia | فر far | لو lou | یان ian | وند vand | منش manesh |
دوست doust | خواه khah | تبار tabar | راد rad | مقدم moghaddam | اصل asl | بیگی beigi | آبادی abadi
""")

TRADES = _list("""
فولاد Foolad | نفت Naft | داده Dadeh | نان Nan | آب Ab | برق Bargh | پارس Pars | آریا Aria | البرز Alborz |
سپهر Sepehr | کیان Kian | زاگرس Zagros | خزر Khazar | کویر Kavir | مهر Mehr | امید Omid
""")

BRANCHES = _list("""
گستر Gostar | سازان Sazan | پرداز Pardaz | صنعت Sanat | تجارت Tejarat | ایرانیان Iranian | شرق Shargh |
غرب Gharb | جنوب Jonoub | نوین Novin
""")
MAILS = ("gmail.com", "yahoo.com", "example.com", "example.org", "mail.example.ir", "chmail.example")
MOBILES = ("0912", "0912", "0913", "0915", "0919", "0935", "0936", "0937", "0901", "0921")
TAGS = ("vip", "newsletter", "wholesale", "blocked", "press")


@dataclass(frozen=True)
class People:
    """Customers as bodies of `POST /v1/customers`, in the order they are made."""

    bodies: list[dict[str, Any]]

    def names(self, at: int) -> tuple[str, ...]:
        """The full name of one in each script it is known in."""
        name = self.bodies[at]["name"]
        return tuple(_full(each) for each in (name, name.get("other_script")) if each)


class _Drawn:
    """Draws from a list, the first ones most often."""

    def __init__(self, values: list[str]) -> None:
        self.values = [tuple(value.split()) for value in values]
        self.weights = list(accumulate(1 / rank for rank in range(2, len(values) + 2)))

    def draw(self, dice: random.Random) -> tuple[str, ...]:
        return dice.choices(self.values, cum_weights=self.weights)[0]


def people(count: int, seed: int = 1) -> People:
    """So many customers: 78 % Iranians with their name in both scripts, 20 % others in Latin letters alone, 2 %
    organisations; nearly all with a phone, half with an e-mail address, a third with a card."""
    return People(list(_bodies(count, random.Random(seed))))


def _bodies(count: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    rare = [f"{stem.split()[0]}{middle.split()[0] if middle else ''}{end.split()[0]} "
            f"{stem.split()[1]}{middle.split()[1].lower() if middle else ''}{end.split()[1]}"
            for stem, middle, end in product(STEMS, MIDDLES, ENDINGS)]  # fmt: skip
    dice.shuffle(rare)
    families, givens = _Drawn([*FAMILIES, *rare]), _Drawn(GIVENS)
    english, surnames = _Drawn(ENGLISH_GIVENS), _Drawn(ENGLISH_FAMILIES)
    for number in range(count):
        chance = dice.random()
        if chance < 0.02:
            yield _organisation(dice, number)
        elif chance < 0.22:
            yield _person(dice, number, english.draw(dice)[0], surnames.draw(dice)[0], None)
        else:
            given, family = givens.draw(dice), families.draw(dice)
            latin = {"given": given[1], "family": family[1]}
            yield _person(dice, number, given[0], family[0], latin)


def _person(dice: random.Random, number: int, given: str, family: str, other: dict[str, str] | None) -> dict[str, Any]:
    latin = other or {"given": given, "family": family}
    return {
        "kind": "person",
        "name": {"given": given, "family": family, **({"other_script": other} if other else {})},
        "identifiers": _known_as(dice, number, f"{latin['given']}.{latin['family']}".lower()),
        "tags": [tag for tag in TAGS if dice.random() < 0.03],
    }


def _organisation(dice: random.Random, number: int) -> dict[str, Any]:
    trade, branch = dice.choice(TRADES).split(), dice.choice(BRANCHES).split()
    place = dice.randrange(1, 400)
    return {
        "kind": "organization",
        "name": {
            "display": f"شرکت {trade[0]} {branch[0]} {place}",
            "other_script": {"display": f"{trade[1]} {branch[1]} {place} Co."},
        },
        "identifiers": _known_as(dice, number, f"info.{trade[1]}.{branch[1]}".lower()),
        "tags": [],
    }


def _known_as(dice: random.Random, number: int, mailbox: str) -> list[dict[str, str]]:
    found = []
    if dice.random() < 0.95:
        found.append({"type": "phone", "value": f"{dice.choice(MOBILES)}{dice.randrange(10**7):07d}"})
    if dice.random() < 0.5:
        found.append({"type": "email", "value": f"{mailbox}{number}@{dice.choice(MAILS)}"})
    if dice.random() < 0.33:
        found.append({"type": "card", "value": f"C{number:09d}"})
    return found


def _full(name: dict[str, Any]) -> str:
    return str(name.get("display") or f"{name['given']} {name['family']}")
