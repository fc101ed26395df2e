"""The form a request carries, read once."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from callsvc.simulator.identifiers import is_sid
from callsvc.simulator.rest.errors import ApiError


def is_web_address(text: str) -> bool:
    """Whether this is an absolute http or https address with a host."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


class Form:
    """Parameters by name; a name may come several times."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    async def of(cls, request: web.Request) -> Form:
        """The body's form."""
        return cls(parse_qsl((await request.read()).decode(errors="replace"), keep_blank_values=True))

    def forget(self, names: Iterable[str]) -> None:
        """Go on as if these had not been given."""
        for name in names:
            self._values.pop(name, None)

    def get(self, name: str, default: str = "") -> str:
        """The last value of that name."""
        return self._values[name][-1] if name in self._values else default

    def all(self, name: str) -> list[str]:
        """Every value of that name."""
        return self._values.get(name, [])

    def flag(self, name: str, default: bool = False) -> bool:
        """A true/false parameter."""
        return self.get(name).lower() == "true" if name in self._values else default

    def maybe_flag(self, name: str) -> bool | None:
        """A true/false parameter, None when absent."""
        return self.flag(name) if name in self._values else None

    def number(self, name: str, default: float) -> float:
        """A numeric parameter; 20001 when it is none."""
        text = self.get(name)
        try:
            return float(text) if text else default
        except ValueError:
            raise ApiError(20001, f"Invalid parameter {name}: {text}") from None

    def integer(self, name: str, default: int, least: int, most: int, code: int) -> int:
        """A whole number from `least` to `most`; `code` when it is none."""
        text = self.get(name)
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ApiError(code, f"Invalid {name}: {text}")
        return int(text)

    def word(self, name: str, allowed: tuple[str, ...], default: str = "", code: int = 20001) -> str:
        """One of some words; `code` when it is another."""
        word = self.get(name) or default
        if word != default and word not in allowed:
            raise ApiError(code, f"Invalid {name}: {word}")
        return word

    def method(self, name: str, code: int = 21209, *, default: str = "POST") -> str:
        """GET or POST; 21209 "Invalid Method" for anything else."""
        method = self.get(name).upper() or default
        if method not in ("GET", "POST"):
            raise ApiError(code, f"Invalid {name}: {method}")
        return method

    def url(self, name: str, code: int = 21205) -> str:
        """An absolute address, or nothing; `code` (21205 "Invalid URL") for anything else."""
        url = self.get(name)
        if url and not is_web_address(url):
            raise ApiError(code, f"{name} is not a valid URL: {url}")
        return url

    def sid(self, name: str, prefix: str, code: int = 20001) -> str:
        """A resource's identifier, or nothing; `code` for anything else."""
        sid = self.get(name)
        if sid and not is_sid(sid, prefix):
            raise ApiError(code, f"Invalid {name}: {sid}")
        return sid
