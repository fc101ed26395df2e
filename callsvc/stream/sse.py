"""The text of server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html: an event without data is not given to the
page, yet its id is remembered by the browser.
"""


def event(name: str, data: str, *, id: str = "", retry_ms: int = 0) -> bytes:
    """One event. Without an ``id`` the listener keeps the one it has.

    >>> event("changed", '["figures"]', id="5-0")
    b'id: 5-0\\nevent: changed\\ndata: ["figures"]\\n\\n'
    """
    lines = [f"id: {id}"] if id else []
    lines += [f"retry: {retry_ms}"] if retry_ms else []
    return "\n".join([*lines, f"event: {name}", f"data: {data}", "", ""]).encode()


def sign_of_life(id: str) -> bytes:
    """A comment, which keeps proxies from closing a silent stream; says nothing but how far it has come.

    >>> sign_of_life("5-0")
    b': still here\\nid: 5-0\\n\\n'
    """
    return f": still here\nid: {id}\n\n".encode() if id else b": still here\n\n"
