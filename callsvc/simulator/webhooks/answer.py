"""What the service answered to a webhook."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """`code` is 0 when the service answered 2xx, else the vendor's notification code.

    `url` is where the answer came from in the end, after redirects: relative addresses count from it.
    """

    status: int
    body: str = ""
    code: int = 0
    reason: str = ""
    tries: int = 1
    content_type: str = ""
    url: str = ""

    @property
    def good(self) -> bool:
        """Whether the service answered with a 2xx."""
        return self.code == 0
