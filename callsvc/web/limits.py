"""How often one caller may ask: counted in Redis, in memory when Redis is unreachable.

A limit is courtesy between callers, never a question of truth: no request fails because it could not be
counted. Only what is marked is counted: the blueprints of the API (``limited``) and single views such as the
sign-in (``@limiter.limit(sign_in_rate, key_func=client_address)``). The carrier's webhooks never are.
"""

import hashlib
import time

from flask import Blueprint, Flask, Response, current_app, request
from flask_limiter import Limiter
from werkzeug.exceptions import TooManyRequests

from callsvc.core.settings import Settings
from callsvc.web import current_rt
from callsvc.web.cookies import session_token

_REFUSED = (401, 403)


def client_address() -> str:
    """The address of whoever is at the other end of the connection (a proxy's, behind one)."""
    return f"address:{request.remote_addr or 'unknown'}"


def caller() -> str:
    """Who is counted: the key presented, else the session, else the address.

    The whole secret is hashed, not the key's id, so that nobody can use up the allowance of a key whose id
    they have seen; and nothing that opens a door stands in Redis.
    """
    presented = request.headers.get("Authorization") or session_token(
        request.cookies, current_rt().settings.public_base_url
    )
    if not presented:
        return client_address()
    return f"caller:{hashlib.sha256(presented.encode()).hexdigest()[:32]}"


limiter = Limiter(
    caller,
    headers_enabled=False,  # written by ours, in seconds
    strategy="fixed-window",
    key_prefix="callsvc-limit",
    in_memory_fallback_enabled=True,
    swallow_errors=True,
)


def register_limits(app: Flask, settings: Settings) -> None:
    """Bind the limiter to the application. Nothing connects to Redis before the first counted request."""
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url,
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 0.25, "socket_timeout": 0.25},
        CALLSVC_API_RATE=settings.callsvc_api_rate,
        CALLSVC_REFUSAL_RATE=settings.callsvc_refusal_rate,
        CALLSVC_SIGN_IN_RATE=settings.callsvc_sign_in_rate,
    )
    limiter.init_app(app)
    # Only what is marked asks for itself (``limited``, ``limiter.limit``): the carrier's webhooks do not even
    # pay for being told that they are not counted.
    app.before_request_funcs[None].remove(limiter._check_request_limit)


def api_rate() -> str:
    return str(current_app.config["CALLSVC_API_RATE"])


def refusal_rate() -> str:
    return str(current_app.config["CALLSVC_REFUSAL_RATE"])


def sign_in_rate() -> str:
    """For sign-in forms: ``@limiter.limit(sign_in_rate, key_func=client_address)``."""
    return str(current_app.config["CALLSVC_SIGN_IN_RATE"])


def limited(blueprint: Blueprint) -> Blueprint:
    """Count every request of this blueprint, by caller; and refused ones by address, against guessing."""
    limiter.shared_limit(api_rate, scope="api")(blueprint)
    limiter.shared_limit(
        refusal_rate,
        scope="api-refused",
        key_func=client_address,
        deduct_when=lambda response: response.status_code in _REFUSED,
    )(blueprint)
    blueprint.before_request(lambda: limiter._check_request_limit(in_middleware=False))
    return blueprint


def say_limits(response: Response) -> Response:
    """``RateLimit-*`` headers, seconds, of the limit that is nearest; ``Retry-After`` once it is met."""
    limit = limiter.current_limit
    if limit is None:
        return response
    window = limit.limit.get_expiry()
    left_s = max(1, min(window, round(limit.reset_at - time.time())))
    response.headers["RateLimit-Limit"] = str(limit.limit.amount)
    response.headers["RateLimit-Remaining"] = str(max(0, limit.remaining))
    response.headers["RateLimit-Reset"] = str(left_s)
    response.headers["RateLimit-Policy"] = f"{limit.limit.amount};w={window}"
    if response.status_code == TooManyRequests.code:
        response.headers["Retry-After"] = str(left_s)
    return response
