"""What the vendor refuses before it does anything, with its codes."""

from __future__ import annotations

import re

from callsvc.simulator.rest.errors import ApiError
from callsvc.simulator.rest.forms import is_web_address

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_CLIENT = re.compile(r"client:[A-Za-z0-9_.%+@-]{1,256}(\?.*)?", re.DOTALL)
_SENDER = re.compile(r"\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 _+&.-]{1,11}")


def check_callable(to: str, missing: int = 21201) -> None:
    """21201 "No To number is specified", 21211 "Invalid To phone number"."""
    if not to:
        raise ApiError(missing, "No 'To' number is specified")
    if not (_E164.fullmatch(to) or _CLIENT.fullmatch(to) or to.startswith("sip:")):
        raise ApiError(21211, f"The phone number you are attempting to call, {to}, is not valid.")


def check_caller(from_: str) -> None:
    """21213 "From phone number is required", 21212 "Invalid From number"."""
    if not from_:
        raise ApiError(21213, "No 'From' number is specified")
    if not (_E164.fullmatch(from_) or _CLIENT.fullmatch(from_) or from_.startswith("sip:")):
        raise ApiError(
            21212, f"The source phone number provided, {from_}, is not yet verified for your account."
        )


def check_recipient(to: str) -> None:
    """21604 "A To phone number is required", 21211 "not a valid phone number"."""
    if not to:
        raise ApiError(21604, "A 'To' phone number is required.")
    if not _E164.fullmatch(to):
        raise ApiError(21211, f"Invalid 'To' Phone Number: {to}")


def check_sender(from_: str, *, capable: bool) -> None:
    """21603 "A From phone number is required", 21606 "not a valid, message-capable phone number"."""
    if not from_:
        raise ApiError(21603, "A 'From' phone number is required.")
    if not _SENDER.fullmatch(from_) or not capable:
        raise ApiError(
            21606, f"The 'From' phone number {from_} is not a valid, message-capable phone number."
        )


def check_body(body: str) -> None:
    """21602 "Message body is required", 21617 "exceeds the 1600 character limit"."""
    if not body:
        raise ApiError(21602, "Message body is required.")
    if len(body) > 1600:
        raise ApiError(21617, "The concatenated message body exceeds the 1600 character limit.")


def check_url(name: str, url: str, code: int = 21205) -> None:
    """21205 "Url parameter is required / invalid URL"."""
    if not is_web_address(url):
        raise ApiError(code, f"{name} is not a valid URL: {url}")
