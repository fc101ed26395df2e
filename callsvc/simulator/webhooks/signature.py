"""X-Twilio-Signature, written from the vendor's description and not with the vendor's code.

"Take the full URL of the request ... sort the POST parameters alphabetically by name ... append each name
and value to the URL with no delimiters ... sign with HMAC-SHA1 using your AuthToken ... Base64 encode."
A GET has no POST parameters: its URL with the query is all that is signed.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable


def signature(auth_token: str, url: str, parameters: Iterable[tuple[str, str]] = ()) -> str:
    """The header's value; a parameter repeated with the same value counts once, as for the vendor."""
    signed = url + "".join(name + value for name, value in sorted(set(parameters)))
    return base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), "sha1")).decode()
