"""Builds the Flask application; turns kinds of errors into HTTP codes."""

from datetime import timedelta

from flask import Blueprint, Flask, g
from werkzeug.middleware.proxy_fix import ProxyFix

from callsvc.accounts.guard import recognise
from callsvc.accounts.pages import blueprint as accounts
from callsvc.api import API
from callsvc.audit.pages import blueprint as audit
from callsvc.calls.pages import blueprint as calls
from callsvc.campaigning.approvals import awaiting
from callsvc.campaigning.pages import blueprint as campaigns
from callsvc.contacts.cases.pages import blueprint as cases
from callsvc.desk import blueprint as desk
from callsvc.directory.pages import blueprint as directory
from callsvc.health import blueprint as health
from callsvc.language import register_languages
from callsvc.metrics.pages import blueprint as metrics
from callsvc.operations.pages import blueprint as operations
from callsvc.people.lifts import awaiting_lift
from callsvc.people.pages import blueprint as people
from callsvc.planning.pages import blueprint as planning
from callsvc.platforms.queries import regions
from callsvc.preferences import blueprint as preferences
from callsvc.problems import register_problems
from callsvc.routing.aid.lending_now import asked_of
from callsvc.runtime import Runtime
from callsvc.stream import stream_address, stream_origin, stream_since
from callsvc.studio.pages import blueprint as flows
from callsvc.supervising import blueprint as supervising
from callsvc.web import attach, csrf
from callsvc.web.cookies import FORM, cookie_name, is_https
from callsvc.web.kit import register_kit
from callsvc.web.limits import register_limits
from callsvc.web.navigation import register_waiting
from callsvc.web.plain_text import register_plain_text
from callsvc.webhooks import blueprint as webhooks

# Forms are protected by a CSRF token; the others are called by programs, which sign their requests (the
# carrier) or carry a key (the API).
PROGRAMS: tuple[Blueprint, ...] = (health, webhooks)
FORMS: tuple[Blueprint, ...] = (
    preferences,
    accounts,
    metrics,
    calls,
    campaigns,
    flows,
    desk,
    directory,
    operations,
    people,
    cases,
    supervising,
    planning,
    audit,
)


def create_app(rt: Runtime) -> Flask:
    """The WSGI application of the ``web`` process."""
    app = Flask("callsvc")
    https = is_https(rt.settings.public_base_url)
    app.config.update(
        SECRET_KEY=rt.settings.callsvc_secret_key,
        # It holds the form token and toasts; the sign-in has a cookie of its own.
        SESSION_COOKIE_NAME=cookie_name(FORM, rt.settings.public_base_url),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        WTF_CSRF_TIME_LIMIT=None,  # a wallboard stays open all day; the sign-in session is what expires
        WTF_CSRF_SSL_STRICT=https,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
    )
    if rt.settings.callsvc_trusted_proxies:  # the client's address only; our own is a setting
        proxies = rt.settings.callsvc_trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    attach(app, rt, stream_origin=stream_origin(rt.settings))
    csrf.init_app(app)
    register_limits(app, rt.settings)
    register_languages(app)
    register_kit(app, zones=lambda: _zones(rt))
    register_waiting(app, "campaigns.approvals", lambda: _awaiting(rt))
    register_waiting(app, "supervising.aid", lambda: _asked(rt))
    register_waiting(app, "people.lifts", lambda: _to_lift(rt))
    register_problems(app, recognise)
    register_plain_text(app)
    address = stream_address(rt.settings)
    app.context_processor(
        lambda: {
            "stream_address": address,
            "stream_since": lambda: stream_since(rt.machine.now()),
            "principal": g.get("principal"),
        }
    )
    for blueprint in PROGRAMS:
        csrf.exempt(blueprint)
    for blueprint in PROGRAMS + API + FORMS:
        app.register_blueprint(blueprint)
    return app


def _zones(rt: Runtime) -> dict[str, str]:
    """The IANA zone of each region, for the times of pages."""
    with rt.db.read() as tx:
        return {region.code: region.zone for region in regions(tx)}


def _awaiting(rt: Runtime) -> int:
    """Campaigns that wait for the approval of whoever is signed in."""
    with rt.db.read() as tx:
        return awaiting(tx, g.principal)


def _to_lift(rt: Runtime) -> int:
    """Do-not-contact entries whose end waits for a decision of whoever is signed in."""
    with rt.db.read() as tx:
        return awaiting_lift(tx, g.principal)


def _asked(rt: Runtime) -> int:
    """Regions that ask those of whoever is signed in for agents, and have no answer yet."""
    with rt.db.read() as tx:
        return asked_of(tx, g.principal)
