"""Send planned SMS."""

from callsvc.messages.sending import send_messages
from workers import current_runtime


def run(ids: list[str]) -> None:
    send_messages(current_runtime(), ids)
