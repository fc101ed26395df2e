"""No person types a NUL and no browser sends one by itself; a database refuses to store or compare it.

So a page that is asked with one answers 400 before anything else looks at it. The API's models say no for
themselves, and what the carrier posts is not read before its signature.
"""

from itertools import chain

from flask import Flask, abort, request

NUL = "\0"


def register_plain_text(app: Flask) -> None:
    """Look at the address and the form of every page."""
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if not request.path.startswith("/console"):
        return
    sent = chain(request.args.lists(), request.form.lists())
    if NUL in request.path or any(NUL in text for key, texts in sent for text in (key, *texts)):
        abort(400)
