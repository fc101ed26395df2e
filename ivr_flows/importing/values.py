"""Constants as conditions write them."""

from __future__ import annotations

from ivr_flows.importing.source import NotExpressible

LONGEST = 200


def quoted(value: str | int | float | bool | None) -> str:
    """A constant as a condition writes it; raises :class:`NotExpressible`.

    >>> quoted("it's"), quoted(3), quoted(None)
    ('"it\\'s"', '3', 'null')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        written = str(value)
        if not written.lstrip("-").replace(".", "", 1).isdigit():
            raise NotExpressible(f"The number {written[:40]} is too large or too small.")
        return written
    if len(value) > LONGEST or ("'" in value and '"' in value):
        raise NotExpressible(f"The value {value[:40]!r} is too long or holds both kinds of quotes.")
    return f'"{value}"' if "'" in value else f"'{value}'"


def cases(value: str) -> list[str]:
    """The value in the ways in which it is usually written, for sources that compare without case.

    >>> cases("Yes"), cases("12")
    (['Yes', 'yes', 'YES'], ['12'])
    """
    return list(dict.fromkeys([value, value.lower(), value.upper(), value.capitalize()]))
