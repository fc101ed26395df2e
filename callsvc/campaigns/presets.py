"""What the law asks beyond hours, by preset. The hours themselves are ``calendar.PRESETS``."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Law:
    """One preset's demands; a zero or an empty set asks nothing.

    most_calls within most_calls_days: of one number, over every campaign. refusal_days: peace after one.
    bases: the only consent bases it knows.
    """

    source: str
    holidays_free: bool = False
    most_calls: int = 0
    most_calls_days: int = 0
    refusal_days: int = 0
    bases: frozenset[str] = frozenset()


LAWS: dict[str, Law] = {
    # D223-9: not on Saturdays, Sundays and holidays; at most four calls a month; sixty days of peace after a
    # refusal. The month is counted as any 31 days, so that no calendar month can hold a fifth call. L223-1 as
    # changed by law 2025-594: only with prior consent.
    "france-commercial": Law(
        source="Code de la consommation, art. L223-1 and D223-9 (décret n° 2022-1313 du 13 octobre 2022; "
        "loi n° 2025-594 du 30 juin 2025)",
        holidays_free=True,
        most_calls=4,
        most_calls_days=31,
        refusal_days=60,
        bases=frozenset({"consent"}),
    ),
    "public-health": Law(source="No law sets these hours: they are this service's own, 8 to 21 every day"),
    "none": Law(source="The campaign's own windows alone"),
}
