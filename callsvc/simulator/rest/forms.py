"""The form a request carries, read once."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

from callsvc.simulator.rest.errors import ApiError


class Form:
    """Parameters by name; a name may come several times."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    async def of(cls, request: web.Request) -> Form:
        """The body's form."""
        return cls(parse_qsl(await request.text(), keep_blank_values=True))

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

    def method(self, name: str) -> str:
        """GET or POST, POST by default; 20001 for anything else."""
        method = self.get(name, "POST").upper() or "POST"
        if method not in ("GET", "POST"):
            raise ApiError(20001, f"Invalid parameter {name}: {method}")
        return method
