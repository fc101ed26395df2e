"""Posts one webhook: signs it, waits within the time-outs, retries as the address asks, never raises."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

import aiohttp

from callsvc.simulator.clock import Clock
from callsvc.simulator.exchanges import LARGEST, Exchange, Exchanges, shown, subject_of
from callsvc.simulator.faults.striking import Faults, Strike
from callsvc.simulator.faults.subjects import subject_of_post
from callsvc.simulator.twiml.codes import BAD_URL, CONNECT_FAILURE, HTTP_FAILURE
from callsvc.simulator.webhooks.address import Address, parse_address
from callsvc.simulator.webhooks.answer import Answer
from callsvc.simulator.webhooks.exchange import exchange

__all__ = ["Answer", "WebhookClient"]


class WebhookClient:
    """One keep-alive pool for every post; at most `connections` at once, as a service has few threads."""

    def __init__(
        self,
        auth_token: str,
        faults: Faults,
        exchanges: Exchanges,
        clock: Clock,
        *,
        connections: int = 128,
        middlewares: Sequence[aiohttp.ClientMiddlewareType] = (),
    ) -> None:
        self._token = auth_token
        self._faults = faults
        self._exchanges = exchanges
        self._clock = clock
        self._connections = connections
        self._middlewares = middlewares
        self._late: set[asyncio.Task[None]] = set()  # what a planned fault posts a second time
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the pool; idle connections close before a usual server's would (2 s), so none is dead."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=1.5),
            middlewares=self._middlewares,
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

    async def send(
        self,
        place: str,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        cookies: dict[str, str] | None = None,
    ) -> Answer:
        """Post (or GET) and say how it went. `place` names the fault plans that may strike.

        `cookies` is the jar of the call: what the service sets comes back with the next request.
        """
        at, began = self._exchanges.now(), time.monotonic()
        with self._clock.busy():
            answer = await self._send(place, url, method, parameters, {} if cookies is None else cookies)
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

    async def _send(
        self, place: str, url: str, method: str, parameters: Mapping[str, str], cookies: dict[str, str]
    ) -> Answer:
        try:
            address = parse_address(url)
        except ValueError as problem:
            return Answer(0, code=BAD_URL, reason=str(problem))
        fault = self._faults.strike(place, subject_of_post(place, parameters))
        if fault is None:
            return await self._try_all(address, method, parameters, None, cookies)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "duplicate":
            await self._try_all(address, method, parameters, None, cookies)
        elif fault.kind == "duplicate-late":
            self._late = {task for task in self._late if not task.done()}
            self._late.add(asyncio.create_task(self._again(fault.seconds, address, method, parameters)))
        elif fault.kind == "drop" and place != "voice-webhook":
            return Answer(0, code=HTTP_FAILURE, reason="dropped by a planned fault", tries=0)
        answer = await self._try_all(address, method, parameters, fault, cookies)
        if fault.kind == "slow-answer":
            await asyncio.sleep(fault.seconds)
        return answer

    async def _again(
        self, seconds: float, address: Address, method: str, parameters: Mapping[str, str]
    ) -> None:
        with self._clock.busy():
            await asyncio.sleep(seconds)
            await self._try_all(address, method, parameters, None, {})

    async def _try_all(
        self,
        address: Address,
        method: str,
        parameters: Mapping[str, str],
        fault: Strike | None,
        cookies: dict[str, str],
    ) -> Answer:
        """Try within the total time, which "includes retries"."""
        token = str(uuid.uuid4())
        began = time.monotonic()
        answer = Answer(0)
        for attempt in range(1 + address.retries):
            left = address.total - (time.monotonic() - began)
            if attempt and left <= 0:
                break
            answer, failure = await self._try(address, method, parameters, token, left, fault, cookies)
            answer = replace(answer, tries=attempt + 1)
            if not failure or not address.retries_on(failure):
                break
        return answer

    async def _try(  # noqa: PLR0917 - as above
        self,
        address: Address,
        method: str,
        parameters: Mapping[str, str],
        token: str,
        left: float,
        fault: Strike | None,
        cookies: dict[str, str],
    ) -> tuple[Answer, str]:
        if fault is not None and fault.kind in ("error-before", "drop"):
            return Answer(0, code=CONNECT_FAILURE, reason="refused by a planned fault"), "ct"
        if fault is not None and fault.kind == "time-out":
            await asyncio.sleep(fault.seconds)
            return Answer(0, code=HTTP_FAILURE, reason="timed out by a planned fault"), "rt"
        if self._session is None:
            raise RuntimeError("the webhook client is not open")
        result = await exchange(
            self._session,
            self._token,
            address,
            method,
            parameters,
            token=token,
            left=left,
            cookies=cookies,
        )
        if fault is not None and fault.kind == "lose-answer":
            return Answer(0, code=HTTP_FAILURE, reason="answer lost by a planned fault"), "rt"
        return result
