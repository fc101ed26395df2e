"""Checks of the database, of Redis and of the stream process."""

import requests
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.migrations import current_version, newest_version
from callsvc.operations.checks.finding import Finding, ok, skipped, wrong

STREAM = "/stream/events"
_STREAM_TIMEOUT_S = 2.0


def check_database(settings: Settings) -> Finding:
    """Reachable, and at the newest version."""
    try:
        engine = connect(settings.database_url)
        try:
            current = current_version(engine)
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        return wrong(
            "database",
            f"It cannot be reached ({type(error).__name__}).",
            "Check DATABASE_URL, and that the server runs and lets this user in; for SQLite, that its "
            "directory exists (`callsvc db upgrade` makes it).",
        )
    newest = newest_version()
    if current == newest:
        return ok("database", f"Reachable ({engine.dialect.name}), at the newest version {newest}.")
    return wrong(
        "database",
        f"It is at version {current or 'none'}, the newest is {newest}.",
        "Run `callsvc db upgrade`.",
    )


def check_redis(settings: Settings) -> Finding:
    """Reachable, keeps what it acknowledged, and never drops a job to make room."""
    client = Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=1)
    try:
        client.ping()
        kept = _setting(client, "appendonly")
        policy = _setting(client, "maxmemory-policy")
    except RedisError as error:
        return wrong(
            "redis",
            f"It cannot be reached ({type(error).__name__}).",
            "Check REDIS_URL and that the server runs. Nothing is lost: the ticker repeats what is due.",
        )
    finally:
        client.close()
    if kept is None or policy is None:
        return skipped("redis", "Reachable; its configuration may not be read, see docs/operations.md.")
    if (kept, policy) == ("yes", "noeviction"):
        return ok("redis", "Reachable, append-only file on, nothing is evicted.")
    return wrong(
        "redis",
        f"appendonly is {kept}, maxmemory-policy is {policy}.",
        "Set `appendonly yes` and `maxmemory-policy noeviction`.",
    )


def check_stream(settings: Settings) -> Finding:
    """The stream process answers where pages look for it: a stranger is refused as it alone refuses them."""
    base = (settings.callsvc_stream_url or settings.public_base_url).rstrip("/")
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(base + STREAM, timeout=_STREAM_TIMEOUT_S, allow_redirects=False)
    except requests.RequestException:
        return wrong(
            "stream",
            f"{base} does not answer: pages show what they were loaded with.",
            "Start the stream process, or set CALLSVC_STREAM_URL to where it is.",
        )
    if answer.status_code == requests.codes.unauthorized and '"sign-in-needed"' in answer.text:
        return ok("stream", f"{base} holds the live streams of pages.")
    return wrong(
        "stream",
        f"{base}{STREAM} is answered by something else (HTTP {answer.status_code}).",
        "Lead /stream/ to the stream process in the proxy, or set CALLSVC_STREAM_URL.",
    )


def _setting(client: "Redis", name: str) -> str | None:
    """None where the server keeps its configuration to itself."""
    try:
        answer = client.config_get(name)
    except RedisError:
        return None
    values = {_text(key): _text(value) for key, value in dict(answer).items()}
    return values.get(name)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
