"""The hosts that flows may ask (``http:``): names in flows, addresses only in ``CALLSVC_FLOW_HOSTS``."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from callsvc.core.errors import Invalid
from callsvc.core.settings import Settings


def hosts_of(settings: Settings) -> dict[str, str]:
    """Base addresses by name; ``flow-hosts-invalid`` for anything but https (or this machine itself).

    >>> hosts_of(settings)  # CALLSVC_FLOW_HOSTS=lab=https://lab.example/api
    {'lab': 'https://lab.example/api'}
    """
    found: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in settings.callsvc_flow_hosts.split(","))):
        name, _, address = item.partition("=")
        if not name or not _safe(address):
            raise Invalid(
                "flow-hosts-invalid",
                "CALLSVC_FLOW_HOSTS is name=https://host/path,...: https only, no user, no query.",
            )
        found[name.strip()] = address.strip().rstrip("/")
    return found


def _safe(address: str) -> bool:
    try:
        parts = urlsplit(address.strip())
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname))


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
