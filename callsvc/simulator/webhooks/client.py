"""Posts one webhook: signs it, waits within the time-outs, retries as the address asks, never raises."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from callsvc.simulator.clock import Clock
from callsvc.simulator.exchanges import LARGEST, Exchange, Exchanges, shown, subject_of
from callsvc.simulator.faults.striking import Faults, Strike
from callsvc.simulator.faults.subjects import subject_of_post
from callsvc.simulator.webhooks.address import Address, parse_address
from callsvc.simulator.webhooks.signature import signature

USER_AGENT = "TwilioProxy/1.1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
HTTP_FAILURE = 11200
CONNECT_FAILURE = 11205
BAD_ADDRESS = 11100


@dataclass(frozen=True)
class Answer:
    """What came back. `code` is 0 when the service answered 2xx, else the vendor's notification code."""

    status: int
    body: str = ""
    code: int = 0
    reason: str = ""
    tries: int = 1

    @property
    def good(self) -> bool:
        """Whether the service answered with a 2xx."""
        return self.code == 0


class WebhookClient:
    """One keep-alive pool for every post; at most `connections` at once, as a service has few threads."""

    def __init__(
        self, auth_token: str, faults: Faults, exchanges: Exchanges, clock: Clock, connections: int = 128
    ) -> None:
        self._token = auth_token
        self._faults = faults
        self._exchanges = exchanges
        self._clock = clock
        self._connections = connections
        self._late: set[asyncio.Task[None]] = set()  # what a planned fault posts a second time
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the pool; idle connections close before a usual server's would (2 s), so none is dead."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=1.5),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
            skip_auto_headers=("User-Agent", "Accept"),
        )

    async def close(self) -> None:
        """Close the pool; posts under way fail."""
        for task in self._late:
            task.cancel()
        if self._session is not None:
            await self._session.close()

    async def send(self, place: str, url: str, method: str, parameters: Mapping[str, str]) -> Answer:
        """Post (or GET) and say how it went. `place` names the fault plans that may strike."""
        at, began = self._exchanges.now(), time.monotonic()
        with self._clock.busy():
            answer = await self._send(place, url, method, parameters)
        self._exchanges.keep(
            Exchange(
                subject=subject_of(parameters),
                at=at,
                place=place,
                method=method,
                url=url,
                parameters=shown(url, parameters),
                status=answer.status,
                body=answer.body[:LARGEST],
                code=answer.code,
                reason=answer.reason,
                tries=answer.tries,
                took=time.monotonic() - began,
            )
        )
        return answer

    async def _send(self, place: str, url: str, method: str, parameters: Mapping[str, str]) -> Answer:
        try:
            address = parse_address(url)
        except ValueError as problem:
            return Answer(0, code=BAD_ADDRESS, reason=str(problem))
        fault = self._faults.strike(place, subject_of_post(place, parameters))
        if fault is None:
            return await self._try_all(address, method, parameters, None)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "duplicate":
            await self._try_all(address, method, parameters, None)
        elif fault.kind == "duplicate-late":
            self._late = {task for task in self._late if not task.done()}
            self._late.add(asyncio.create_task(self._again(fault.seconds, address, method, parameters)))
        elif fault.kind == "drop" and place != "voice-webhook":
            return Answer(0, code=HTTP_FAILURE, reason="dropped by a planned fault", tries=0)
        answer = await self._try_all(address, method, parameters, fault)
        if fault.kind == "slow-answer":
            await asyncio.sleep(fault.seconds)
        return answer

    async def _again(
        self, seconds: float, address: Address, method: str, parameters: Mapping[str, str]
    ) -> None:
        with self._clock.busy():
            await asyncio.sleep(seconds)
            await self._try_all(address, method, parameters, None)

    async def _try_all(
        self, address: Address, method: str, parameters: Mapping[str, str], fault: Strike | None
    ) -> Answer:
        token = str(uuid.uuid4())
        answer = Answer(0)
        for attempt in range(1 + address.retries):
            answer, failure = await self._try(address, method, parameters, token, fault)
            answer = Answer(answer.status, answer.body, answer.code, answer.reason, attempt + 1)
            if not failure or not address.retries_on(failure):
                break
        return answer

    async def _try(
        self, address: Address, method: str, parameters: Mapping[str, str], token: str, fault: Strike | None
    ) -> tuple[Answer, str]:
        if fault is not None and fault.kind in ("error-before", "drop"):
            return Answer(0, code=CONNECT_FAILURE, reason="refused by a planned fault"), "ct"
        if fault is not None and fault.kind == "time-out":
            await asyncio.sleep(min(fault.seconds, address.read))
            return Answer(0, code=HTTP_FAILURE, reason="not answered by a planned fault"), "rt"
        url, body, signed = self._written(address.url, method, parameters)
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "X-Twilio-Signature": signed}
        headers["I-Twilio-Idempotency-Token"] = token
        if body is not None:
            headers["Content-Type"] = FORM
        timeout = aiohttp.ClientTimeout(
            total=address.total, sock_connect=address.connect, sock_read=address.read
        )
        if self._session is None:
            raise RuntimeError("the webhook client is not open")
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                text = await response.text(errors="replace")
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectionError) as problem:
            slow = isinstance(problem, aiohttp.SocketTimeoutError)
            code = HTTP_FAILURE if slow else CONNECT_FAILURE
            return Answer(0, code=code, reason=type(problem).__name__), "rt" if slow else "ct"
        except (TimeoutError, aiohttp.ClientError, ValueError) as problem:
            return Answer(0, code=HTTP_FAILURE, reason=type(problem).__name__), "rt"
        return _judge(response.status, text, fault)

    def _written(self, url: str, method: str, parameters: Mapping[str, str]) -> tuple[str, bytes | None, str]:
        encoded = urlencode(parameters)
        if method == "GET":
            whole = url + ("&" if "?" in url else "?") + encoded
            return whole, None, signature(self._token, whole)
        return url, encoded.encode(), signature(self._token, url, parameters.items())


def _judge(status: int, text: str, fault: Strike | None) -> tuple[Answer, str]:
    if fault is not None and fault.kind == "lose-answer":
        return Answer(0, code=HTTP_FAILURE, reason="answer lost by a planned fault"), "rt"
    if 200 <= status < 300:
        return Answer(status, text), ""
    return Answer(status, text, HTTP_FAILURE, f"HTTP {status}"), f"{status // 100}xx"
