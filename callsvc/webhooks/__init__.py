"""What the carrier posts to us: every route here is signed, and each webhook takes effect once."""

from callsvc.webhooks.routes import blueprint

__all__ = ["blueprint"]
