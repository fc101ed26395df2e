"""Where the streams are, for those who link to them."""

from datetime import datetime
from urllib.parse import urlsplit

from callsvc.core.settings import Settings

PATH = "/stream/events"
DESK_PATH = "/stream/desk"
_MARGIN_S = 3.0


def stream_address(settings: Settings) -> str:
    """Where a page opens its stream: this host's path, or the address in ``CALLSVC_STREAM_URL``."""
    return settings.callsvc_stream_url.rstrip("/") + PATH


def stream_origin(settings: Settings) -> str:
    """The other origin the pages must be allowed to connect to; empty behind a proxy."""
    return _origin(settings.callsvc_stream_url)


def page_origin(settings: Settings) -> str:
    """The one origin whose pages may listen from another port."""
    return _origin(settings.public_base_url)


def stream_since(now: datetime) -> str:
    """Where a page's stream begins: a moment before its figures were read, so that nothing falls in between.

    The places of a stream are milliseconds of the Redis server's clock, which the margin allows to differ.
    """
    return f"{int((now.timestamp() - _MARGIN_S) * 1000)}-0"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
