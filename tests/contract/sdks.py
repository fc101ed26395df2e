"""The carrier's official SDKs behind one small word: the same steps run through Python and Node.js."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

NODE = Path(__file__).parent / "node"


class Refused(Exception):
    """The carrier said no, in the SDK's words."""

    def __init__(self, code: int | None, status: int | None, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.code = code
        self.status = status


class Sdk(Protocol):
    """`path` is `calls`, `calls/CA1`, `calls/CA1/recordings`; parameters have the names of Python's SDK."""

    def ask(self, path: str, action: str, **parameters: Any) -> Any:
        """create, fetch, update, list or delete; a resource is a dict, a list a list of them."""


class PythonSdk:
    """twilio for Python, with nothing changed but the address."""

    def __init__(self, address: str, account: str, user: str, password: str) -> None:
        self._http = _Redirected(address)
        self._client = Client(user, password, account, http_client=self._http)

    def ask(self, path: str, action: str, **parameters: Any) -> Any:
        words = path.split("/")
        place: Any = self._client.api.v2010 if words[0] == "accounts" else self._client
        for index, word in enumerate(words):
            place = getattr(place, word) if index % 2 == 0 else place(word)
        try:
            answer = getattr(place, action)(**{name: _given(v) for name, v in parameters.items()})
        except TwilioRestException as refusal:
            raise Refused(refusal.code, refusal.status, refusal.msg) from refusal
        if isinstance(answer, list):
            return [_shown(resource) for resource in answer]
        return answer if isinstance(answer, bool) else _shown(answer)

    def close(self) -> None:
        if self._http.session is not None:
            self._http.session.close()


class NodeSdk:
    """twilio for Node.js, in a process that reads steps."""

    def __init__(self, address: str, account: str, user: str, password: str) -> None:
        self._process = subprocess.Popen(
            ["node", "runner.mjs", address, account, user, password],
            cwd=NODE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, path: str, action: str, **parameters: Any) -> Any:
        action = "remove" if action == "delete" else action
        return self._step({"path": path, "action": action, "parameters": parameters})

    def validate(self, token: str, signature: str, url: str, parameters: Mapping[str, Any]) -> bool:
        step = {"action": "validate", "token": token, "signature": signature, "url": url}
        return bool(self._step({**step, "parameters": parameters}))

    def _step(self, step: Mapping[str, Any]) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self._process.stdin.write(json.dumps(step) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "result" not in answer:
            raise Refused(answer["code"], answer["status"], answer["message"])
        return answer["result"]

    def close(self) -> None:
        if self._process.stdin is not None and self._process.stdout is not None:
            self._process.stdin.close()
            self._process.wait(10)
            self._process.stdout.close()


class _Redirected(TwilioHttpClient):
    def __init__(self, address: str) -> None:
        super().__init__(timeout=15)
        self._address = address

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self._address), *args, **options)


def _given(value: Any) -> Any:
    """An instant is written as text in a step, for Node.js; Python's SDK wants a datetime."""
    if isinstance(value, str) and value.endswith("Z") and value[4:5] == "-":
        return datetime.fromisoformat(value)
    return value


def _shown(resource: Any) -> dict[str, Any]:
    return {
        name.rstrip("_"): _plain(value) for name, value in vars(resource).items() if not name.startswith("_")
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value
