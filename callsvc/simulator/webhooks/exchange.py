"""One request to the service and its answer: signed, within the time-outs, redirects followed, never raising.

"Twilio follows redirects": 301, 302 and 303 lead to a GET without the parameters, 307 and 308 repeat the
request; each request is signed for its own address. "Cookies are kept for a call": whoever sends gives the
jar of the call, and takes it back filled.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote_plus, urldefrag, urljoin

import aiohttp
from yarl import URL

from callsvc.simulator.twiml.codes import BAD_HOST, CONNECT_FAILURE, HTTP_FAILURE, TOO_MANY_REDIRECTS
from callsvc.simulator.webhooks.address import Address
from callsvc.simulator.webhooks.answer import Answer
from callsvc.simulator.webhooks.signature import signature

USER_AGENT = "TwilioProxy/1.1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
MOST_REDIRECTS = 10
_TO_GET = (301, 302, 303)
_REPEATED = (307, 308)


async def exchange(
    session: aiohttp.ClientSession,
    auth_token: str,
    address: Address,
    method: str,
    parameters: Mapping[str, str],
    *,
    token: str,
    left: float,
    cookies: dict[str, str],
) -> tuple[Answer, str]:
    """The answer, and how it failed: ct, rt, 4xx, 5xx, or nothing. `left` machine seconds remain in all."""
    timeout = aiohttp.ClientTimeout(
        total=max(0.01, min(left, address.total)), sock_connect=address.connect, sock_read=address.read
    )
    url, asked, sent = address.url, method, dict(parameters)
    try:
        for _ in range(MOST_REDIRECTS):
            answer, onward = await _once(session, auth_token, url, asked, sent, token, timeout, cookies)
            if not onward:
                return _judge(answer)
            if answer.status in _TO_GET:
                asked, sent = "GET", {}
            url = urldefrag(urljoin(url, onward))[0]
    except aiohttp.ClientConnectorDNSError as problem:
        return Answer(0, code=BAD_HOST, reason=type(problem).__name__), "ct"
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectionError) as problem:
        slow = isinstance(problem, aiohttp.SocketTimeoutError)
        code = HTTP_FAILURE if slow else CONNECT_FAILURE
        return Answer(0, code=code, reason=type(problem).__name__), "rt" if slow else "ct"
    except (TimeoutError, aiohttp.ClientError, ValueError) as problem:
        return Answer(0, code=HTTP_FAILURE, reason=type(problem).__name__), "rt"
    return Answer(0, code=TOO_MANY_REDIRECTS, reason="redirected too many times"), ""


async def _once(  # noqa: PLR0917 - one request, all of it
    session: aiohttp.ClientSession,
    auth_token: str,
    url: str,
    method: str,
    parameters: dict[str, str],
    token: str,
    timeout: aiohttp.ClientTimeout,
    cookies: dict[str, str],
) -> tuple[Answer, str]:
    whole, body, signed = _written(auth_token, url, method, parameters)
    headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "X-Twilio-Signature": signed}
    headers["I-Twilio-Idempotency-Token"] = token
    if body is not None:
        headers["Content-Type"] = FORM
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    async with session.request(
        method, URL(whole, encoded=True), data=body, headers=headers, timeout=timeout, allow_redirects=False
    ) as response:
        text = await response.text(errors="replace")
        cookies.update({name: cookie.value for name, cookie in response.cookies.items()})
        onward = response.headers.get("Location", "")
        if response.status not in (*_TO_GET, *_REPEATED):
            onward = ""
        kind = response.headers.get("Content-Type", "")
        return Answer(response.status, text, content_type=kind, url=url), onward


def _written(
    auth_token: str, url: str, method: str, parameters: Mapping[str, str]
) -> tuple[str, bytes | None, str]:
    encoded = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in parameters.items())
    if method == "GET":
        whole = url + ("&" if "?" in url else "?") + encoded if encoded else url
        return whole, None, signature(auth_token, whole)
    return url, encoded.encode(), signature(auth_token, url, parameters.items())


_quoted = lru_cache(maxsize=16384)(quote_plus)  # the same names and numbers come again and again


def _judge(answer: Answer) -> tuple[Answer, str]:
    if 200 <= answer.status < 300:
        return answer, ""
    failed = Answer(answer.status, answer.body, HTTP_FAILURE, f"HTTP {answer.status}", url=answer.url)
    return failed, f"{answer.status // 100}xx"
