"""From the digits of a person to the answer they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ivr_flows.effects import Scalar
from ivr_flows.steps.spoken import digits_said, key_said, words_for
from ivr_flows.text import LONGEST_VALUE, ascii_digits, clean, fold

Between = tuple[int, int] | None
YES = frozenset({"oui", "yes", "ok", "si", "sim", "نعم"})
NO = frozenset({"non", "no", "nao", "لا"})
_NOT = frozenset({"pas", "not", "ليس"})
_YES_NO = {
    "fr": ("oui", "non"),
    "en": ("yes", "no"),
    "es": ("sí", "no"),
    "pt": ("sim", "não"),
    "ar": ("نعم", "لا"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """``num_digits`` is how many digits to listen for; None until the finishing key."""

    num_digits: int | None
    read: Callable[[str, Between, datetime], Scalar]


def _digits(digits: str, between: Between, _now: datetime) -> Scalar:
    fewest, most = between or (1, 20)
    return digits if fewest <= len(digits) <= most else None


def _number(digits: str, between: Between, _now: datetime) -> Scalar:
    if not 1 <= len(digits) <= 15:
        return None
    smallest, largest = between or (0, 10**15)
    return int(digits) if smallest <= int(digits) <= largest else None


def _year(digits: str, between: Between, now: datetime) -> Scalar:
    first, last = between or (1900, now.year)
    return int(digits) if len(digits) == 4 and first <= int(digits) <= last else None


def _date(digits: str, between: Between, _now: datetime) -> Scalar:
    """Day, month, year as they are said in France: 24091980."""
    if len(digits) != 8:
        return None
    first, last = between or (1900, 2100)
    try:
        day = date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None
    return day.isoformat() if first <= day.year <= last else None


def _yes_no(digits: str, _between: Between, _now: datetime) -> Scalar:
    return {"1": True, "2": False}.get(digits)


def _phone(digits: str, between: Between, _now: datetime) -> Scalar:
    fewest, most = between or (10, 15)
    return digits if fewest <= len(digits) <= most else None


def _postcode(digits: str, _between: Between, _now: datetime) -> Scalar:
    return digits if len(digits) == 5 else None


def _nothing(_digits: str, _between: Between, _now: datetime) -> Scalar:
    return None


SPEECH = "speech"
"""Free words: said where the carrier understands speech, written by SMS; no keys mean any."""

KINDS: dict[str, Kind] = {
    "digits": Kind(None, _digits),
    "number": Kind(None, _number),
    "year": Kind(4, _year),
    "date": Kind(8, _date),
    "yes-no": Kind(1, _yes_no),
    "phone": Kind(None, _phone),
    "postcode": Kind(5, _postcode),
    SPEECH: Kind(None, _nothing),
}


def num_digits(kind: str, between: Between) -> int | None:
    """How many digits to listen for at most; None when there is no telling beforehand."""
    if kind in ("digits", "phone") and between:
        return between[1]
    return KINDS[kind].num_digits


def read_keys(kind: str, keys: str, between: Between, now: datetime) -> Scalar:
    """The answer that keys mean; None when they mean nothing.

    >>> read_keys("year", "1980", None, datetime(2020, 11, 2))
    1980
    """
    digits = ascii_digits(keys)
    return KINDS[kind].read(digits, between, now) if len(digits) == len(keys) else None


def read_words(kind: str, text: str, between: Between, now: datetime) -> Scalar:
    """The answer that words mean: their digits, whatever surrounds them, or a yes or a no; or the words."""
    if kind == SPEECH:
        return clean(text)[:LONGEST_VALUE] or None
    if kind == "yes-no":
        return _yes_or_no(text)
    return KINDS[kind].read(digits_said(text), between, now)


def _yes_or_no(text: str) -> bool | None:
    """A word for it, or a key and nothing else: "un instant" is no yes. Both at once, or a yes that is taken
    back ("oui mais ce n'est pas moi"), is neither, and is asked again."""
    words = set(fold(text).split())
    yes, no = bool(words & YES), bool(words & NO)
    if not yes and not no:
        return {"1": True, "2": False}.get(key_said(text) or text.strip(" .!"))
    if yes and (no or taken_back(text)):
        return None
    return yes


def taken_back(text: str) -> bool:
    """Whether a yes in this text may mean its contrary.

    >>> taken_back("oui mais ce n'est pas lui"), taken_back("oui bien sûr")
    (True, False)
    """
    return not _NOT.isdisjoint(fold(text).split())


def words_heard(kind: str, language: str) -> tuple[str, ...]:
    """What to listen for where this may be said; free words name none."""
    if kind == SPEECH:
        return ()
    digits = words_for("12" if kind == "yes-no" else "0123456789", language)
    return (*_YES_NO.get(language, ()), *digits) if kind == "yes-no" else digits
