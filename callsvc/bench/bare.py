"""What a webhook is measured against: a bare Flask route with fixed TwiML, served by the same server."""

from flask import Flask, Response

app = Flask("bare")

_TWIML = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf" numDigits="1" timeout="6" '
    'action="/again"><Say language="fr-FR">Bonjour. Tapez 1 pour continuer.</Say></Gather></Response>'
)


@app.get("/healthz")
def alive() -> str:
    """The supervisor asks before the measurement begins."""
    return "ok"


@app.post("/<path:_anything>")
def fixed(_anything: str) -> Response:
    """The same answer to whatever is posted; nothing is read, proven or kept."""
    return Response(_TWIML, content_type="text/xml; charset=utf-8")
