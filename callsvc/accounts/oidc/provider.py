"""What the organisation's sign-in says of itself (OpenID Connect Discovery 1.0), and asking it things.

No address of a provider is written anywhere: the issuer is a setting, the rest is in its own document. Every
answer is waited for five seconds at most and no redirect is followed; whatever goes wrong is one error,
``organisation-unavailable``, and signing in with a password goes on working.
"""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from callsvc.core.clock import Clock
from callsvc.core.errors import Forbidden, Unavailable
from callsvc.core.settings import Settings

log = structlog.get_logger(__name__)

TIMEOUT_S = 5.0  # real seconds
SILENT = timedelta(
    seconds=10
)  # machine time without another try: threads that wait for it answer nobody else
FRESH = timedelta(hours=1)  # machine time; keys that are not known yet are fetched at once
DISCOVERY = "/.well-known/openid-configuration"
SCOPE = "openid email"


class Provider:
    """The organisation's sign-in, as the settings name it; one for a process, its document kept an hour."""

    def __init__(self, settings: Settings, machine: Clock) -> None:
        self.issuer = settings.callsvc_oidc_issuer
        self.label = settings.callsvc_oidc_label
        self.client_id = settings.callsvc_oidc_client_id
        self._secret = settings.callsvc_oidc_client_secret or None
        self._machine = machine
        self._lock = threading.Lock()
        self._document: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._read_at: datetime | None = None
        self._failed_at: datetime | None = None

    def document(self) -> Mapping[str, Any]:
        """Its metadata; must name the very issuer of the settings, and secure addresses alone.

        One request at a time asks for it; after a failure nobody does for ten seconds.
        """
        with self._lock:
            now = self._machine.now()
            if self._read_at is None or now - self._read_at > FRESH:
                if self._failed_at is not None and now - self._failed_at < SILENT:
                    raise _unavailable("it did not answer rightly a moment ago")
                self._failed_at = now
                self._document, self._keys, self._read_at = self._described(), {}, now
                self._failed_at = None
            return self._document

    def _described(self) -> dict[str, Any]:
        document = self._get(self.issuer.rstrip("/") + DISCOVERY)
        if document.get("issuer") != self.issuer:
            raise _unavailable("it names another issuer than CALLSVC_OIDC_ISSUER")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_secure(document.get(name, "")):
                raise _unavailable(f"its {name} is missing or not https")
        return document

    def keys(self, *, renew: bool = False) -> Any:
        """The public keys that sign its tokens."""
        address = self.document()["jwks_uri"]
        if renew or not self._keys:
            self._keys = self._get(address)
        return self._keys

    def ask_for(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """The address to send the browser to (authorization code, PKCE with S256)."""
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                self.document()["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> Mapping[str, Any]:
        """The tokens for a code; ``organisation-refused`` when the provider does not take it."""
        endpoint = self.document()["token_endpoint"]
        try:
            with self._client(redirect_uri) as client:
                return dict(
                    client.fetch_token(endpoint, code=code, code_verifier=verifier, allow_redirects=False)
                )
        except OAuthError as error:
            raise refused(f"code-not-taken: {error.error}") from None
        except (RequestException, ValueError, TypeError) as error:
            raise _unavailable(type(error).__name__) from None

    def user_info(self, access_token: str) -> Mapping[str, Any]:
        """What it says of the person beside the ID token; nothing where it does not offer that."""
        address = self.document().get("userinfo_endpoint", "")
        if not is_secure(address):
            return {}
        return self._get(address, headers={"Authorization": f"Bearer {access_token}"})

    def farewell(self, *, back: str) -> str:
        """Where a browser signs out of the organisation too (RP-initiated logout); ``""`` if not offered."""
        address = self.document().get("end_session_endpoint", "")
        if not is_secure(address):
            return ""
        asked = urlencode({"client_id": self.client_id, "post_logout_redirect_uri": back})
        return f"{address}{'&' if '?' in address else '?'}{asked}"

    def _client(self, redirect_uri: str = "") -> Any:
        offered = self._document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return OAuth2Session(
            self.client_id,
            self._secret,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=method if self._secret else "none",
            default_timeout=TIMEOUT_S,
        )

    def _get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            with self._client() as client:
                answer = client.request(
                    "GET", address, withhold_token=True, headers=headers, allow_redirects=False
                )
            answer.raise_for_status()
            said = answer.json()
        except (RequestException, ValueError) as error:
            raise _unavailable(type(error).__name__) from None
        if answer.status_code != 200 or not isinstance(said, dict):
            raise _unavailable("an answer that is no JSON object")
        return said


def is_secure(address: object) -> bool:
    """https; or plain http to this very machine, for trying."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def refused(why: str) -> Forbidden:
    """One error for every reason, lest it be told which accounts exist; the log knows which it was."""
    log.warning("organisation-refused", why=why)
    return Forbidden(
        "organisation-refused",
        "The organisation's sign-in did not confirm who you are, or no account here belongs to you.",
    )


def _unavailable(why: str) -> Unavailable:
    log.warning("organisation-unavailable", why=why)
    return Unavailable(
        "organisation-unavailable",
        "The organisation's sign-in does not answer as it should; sign in with a password, or try later.",
    )
