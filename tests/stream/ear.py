"""A program that listens: opens a stream, and gives its events one by one."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import requests


@dataclass(frozen=True)
class Heard:
    name: str
    data: str
    id: str


class Ear:
    """``with Ear(address, cookies=...) as ear: ear.next()``; signs of life are passed over."""

    def __init__(self, address: str, *, timeout_s: float = 10, **how: object) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self.answer = self._session.get(address, stream=True, timeout=(2, timeout_s), **how)  # type: ignore[arg-type]
        self._timeout_s = timeout_s
        self._events = self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.answer.close()
        self._session.close()

    def next(self) -> Heard:
        """The next event; a test fails by the time-out when there is none."""
        return next(self._events)

    def rest(self) -> list[Heard]:
        """Everything until the server ends the stream."""
        return list(self._events)

    def _read(self) -> Iterator[Heard]:
        fields: dict[str, str] = {}
        until = time.monotonic() + self._timeout_s
        for line in self.answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if fields.get("event", "ping") != "ping":
                yield Heard(fields["event"], fields["data"], fields.get("id", ""))
                until = time.monotonic() + self._timeout_s
            assert time.monotonic() < until, "no event in time"
            fields = {}
