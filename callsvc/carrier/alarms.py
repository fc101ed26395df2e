"""What a refusal of the carrier asks of a person."""

from datetime import timedelta

from callsvc.carrier.port import Refused
from callsvc.carrier.refusals import judge, reason_of
from callsvc.core.db import Tx
from callsvc.core.incidents import report_once

_HOUR = timedelta(hours=1)  # lived


def tell_refusal(tx: Tx, error: Exception) -> None:
    """A refusal that would meet everybody alike is for a person to mend: told once an hour and code."""
    if isinstance(error, Refused) and judge(error.code) == "account":
        report_once(tx, "carrier-refuses-account", reason_of(error.code), since=tx.now - _HOUR)
