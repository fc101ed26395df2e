"""What a simulator is started with: one record, filled from the command line, the environment or a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_ACCOUNT_SID = "AC" + "0" * 31 + "1"
DEFAULT_AUTH_TOKEN = "simulator-auth-token"  # noqa: S105 - a published default for loopback
DEFAULT_STRANGERS = {"human": 50.0, "no-answer": 25.0, "machine": 17.0, "busy": 8.0}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The choices of one simulator.

    `cps` counts calls per *lived* second; `cps_policy` says what happens to the excess: `queue` (this
    vendor: the call waits, `queue_time` tells how long) or `refuse` (others: HTTP 429, code 20429).
    `strangers` weighs what a number without a person does. `None` for `data_dir` keeps the ledger in memory.
    """

    account_sid: str = DEFAULT_ACCOUNT_SID
    auth_token: str = DEFAULT_AUTH_TOKEN
    api_key_sid: str = ""
    api_key_secret: str = ""
    profile: str = "twilio"
    host: str = "127.0.0.1"
    port: int = 9000
    data_dir: Path | None = None
    seed: str = "1"
    cps: float = 10.0
    cps_policy: str = "queue"
    concurrent_calls: int = 0  # outbound calls that may be live at once; 0 is no limit
    people: tuple[Path, ...] = ()
    faults: Path | None = None
    replay: Path | None = None
    strangers: dict[str, float] = field(default_factory=lambda: dict(DEFAULT_STRANGERS))
    voice_url: str = ""
    sms_url: str = ""
    status_url: str = ""
    sender: str = "+33199000000"  # what a message sent through a Messaging Service comes from
    opt_out: bool = True
    timeline: bool = True
