"""Writing SVG: elements as text, everything escaped, no attribute ``style``."""

from __future__ import annotations

from ivr_flows.text import clean

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escape(text: str) -> str:
    """Text as it may stand in an element or an attribute.

    >>> escape("a < 'b' & \\x00c")
    'a &lt; &#39;b&#39; &amp; c'
    """
    return clean(text).translate(_ESCAPES)


def element(tag: str, *inside: str, **attributes: object) -> str:
    """An element; ``class_`` is ``class`` and ``font_size`` is ``font-size``. ``inside`` is SVG already."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{written}>{''.join(inside)}</{tag}>" if inside else f"<{tag}{written}/>"


def text(words: str, x: float, y: float, **attributes: object) -> str:
    """A line of text."""
    return element("text", escape(words), x=x, y=y, **attributes)


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
