"""A little OpenID provider on this machine: discovery, keys, RS256, PKCE; and every way to be wrong."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "callsvc", "a-secret-of-ours"
Claims = dict[str, Any]


@cache
def signing_key(kid: str) -> RSAKey:
    """Made once: each costs a fifth of a second."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


class Organisation:
    """``person`` is who signs in there; ``spoil`` changes a token's claims, ``sign`` its signature."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.key = signing_key("one")
        self.person: Claims = {"sub": "s-1", "email": "Sam@Example.org", "email_verified": True}
        self.beside: Claims = {}  # what only the user-info answer tells
        self.spoil: Claims = {}
        self.sign = "RS256"
        self.published = [self.key]
        self.says: Claims = {}  # changes of the discovery document
        self.asked: dict[str, Claims] = {}
        self.left: list[str] = []
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def rotate(self) -> None:
        self.key = signing_key("two")
        self.published = [self.key]

    def _app(self) -> Flask:
        app = Flask("organisation")
        app.get("/.well-known/openid-configuration")(self._discovery)
        app.get("/keys")(self._keys)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        app.get("/userinfo")(self._userinfo)
        return app

    def _discovery(self) -> ResponseReturnValue:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/leave",
        }
        return jsonify(said | self.says)

    def _keys(self) -> ResponseReturnValue:
        return jsonify(keys=[key.as_dict(private=False) for key in self.published])

    def _userinfo(self) -> ResponseReturnValue:
        return jsonify(self.person | self.beside)

    def _authorize(self) -> ResponseReturnValue:
        asked = request.args.to_dict()
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return redirect(f"{asked['redirect_uri']}?code={code}&state={asked['state']}&iss={self.issuer}")

    def _token(self) -> ResponseReturnValue:
        asked = self.asked.pop(request.form["code"], None)
        challenge = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        verified = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != verified or asked["code_challenge_method"] != "S256":
            return jsonify(error="invalid_grant"), 400
        us = request.authorization
        if us is None or (us.username, us.password) != (CLIENT, SECRET):
            return jsonify(error="invalid_client"), 401
        return jsonify(access_token="at", token_type="Bearer", id_token=self._id_token(asked["nonce"]))

    def _id_token(self, nonce: str) -> str:
        now = int(self.now().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {name: value for name, value in (claims | self.person | self.spoil).items() if value != ""}
        if self.sign != "RS256":
            return forged(self.sign, claims, self.published[0].as_pem(private=False))
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


def forged(algorithm: str, claims: Claims, public: bytes) -> str:
    """Not signed at all, or with the public key as if it were a shared secret."""
    parts = [json.dumps(part).encode() for part in ({"alg": algorithm, "kid": "one"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = hmac.digest(public, signed, hashlib.sha256) if algorithm == "HS256" else b""
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def parameters(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
