"""A flow as a picture: its steps from left to right, their exits, and where people leave.

    svg = draw(definition)
    svg = draw(definition, counts={"start.keys.1": 80, "start.hangup": 12})

The SVG takes the colour of the text around it (``currentColor``), so that it reads in light and in
dark, and holds no style of its own, so that it may be put into a page under a strict policy. Its
classes are ``flow``, ``step`` with the kind beside it, ``edge``, ``lost``, ``legend``. With
``alone=True`` it is a file of its own, with a background and both themes. The same flow gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ivr_flows.definition import Definition
from ivr_flows.drawing.boxes import BAR, HEADER, LINE, Box, Row, boxes_of
from ivr_flows.drawing.kinds import KINDS
from ivr_flows.drawing.layers import Edge, Layers, layered
from ivr_flows.drawing.places import Places, path_back, path_of, placed
from ivr_flows.drawing.svg import element, escape, text
from ivr_flows.drawing.traffic import Counts, Traffic, count
from ivr_flows.naming import EXITS

__all__ = ["Counts", "count", "draw"]

MARGIN, LEGEND = 44, 44
LOST = "#d1453b"
_STYLE = (
    "svg{color:#1f2328;background:#fff}"
    "@media(prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}}"
)


def draw(definition: Definition, counts: Counts | None = None, *, alone: bool = False) -> str:
    """The SVG of a flow. ``counts`` are sessions by exit (``{"start.keys.1": 80}``, see :func:`count`)."""
    boxes = boxes_of(definition, counts)
    edges = [
        Edge(name, number, row.to)
        for name, box in boxes.items()
        for number, row in enumerate(box.rows)
        if row.to is not None and row.to in boxes
    ]
    names = sorted(boxes, key=lambda name: name != "start")
    layers = layered(names, edges)
    places = placed(layers, boxes)
    legend, legend_width = _legend(boxes)
    width, height = max(places.size[0], legend_width) + 2 * MARGIN, places.size[1] + 2 * MARGIN + LEGEND
    return element(
        "svg",
        *([element("style", _STYLE)] if alone else []),
        *_words(definition, boxes, edges, counts),
        _arrow(definition.id),
        element(
            "g",
            element("g", *_edges(layers, places, boxes, definition.id), class_="edges", fill="none"),
            *(_box(box, places) for box in boxes.values()),
            element("g", *legend, class_="legend", transform=f"translate(0 {places.size[1] + MARGIN:.0f})"),
            transform=f"translate({MARGIN} {MARGIN})",
        ),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_labelledby=f"flow-{definition.id}-title flow-{definition.id}-desc",
        class_="flow",
        font_family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif",
        font_size="11",
        fill="currentColor",
    )


def _words(
    definition: Definition, boxes: Mapping[str, Box], edges: list[Edge], counts: Counts | None
) -> Iterator[str]:
    titles = definition.title
    title = titles.get(definition.languages[0]) or next(iter(titles.values()))
    yield element("title", escape(title), id=f"flow-{definition.id}-title")
    ends = sorted({row.label for box in boxes.values() for row in box.rows if row.exit == "end"})
    told = f"{len(boxes)} steps and {len(edges)} ways between them. {'; '.join(ends)}."
    if counts is not None:
        lost = sum(box.traffic.left for box in boxes.values() if box.traffic)
        told += f" {lost} left on the way."
    yield element("desc", escape(told), id=f"flow-{definition.id}-desc")


def _arrow(flow: str) -> str:
    point = element("path", d="M0 0L8 4L0 8Z", fill="currentColor", fill_opacity="0.7")
    sizes = {"markerWidth": 8, "markerHeight": 8, "refX": 8, "refY": 4, "viewBox": "0 0 8 8"}
    head = element(
        "marker", point, id=f"flow-{flow}-arrow", orient="auto", markerUnits="userSpaceOnUse", **sizes
    )
    return element("defs", head)


def _edges(layers: Layers, places: Places, boxes: Mapping[str, Box], flow: str) -> Iterator[str]:
    for edge, route in layers.routes.items():
        yield _edge(edge, path_of(edge, route, places, boxes), boxes, flow)
    lanes = list(dict.fromkeys(edge.target for edge in layers.back))
    for edge in layers.back:
        yield _edge(edge, path_back(edge, lanes.index(edge.target), places, boxes), boxes, flow)


def _edge(edge: Edge, path: str, boxes: Mapping[str, Box], flow: str) -> str:
    """A solid line for what the person chose or the flow decides, a dashed one for what went wrong.

    With figures, a line is as wide as its share of the sessions of the busiest step.
    """
    box = boxes[edge.source]
    row = box.rows[edge.port]
    most = max((other.traffic.out for other in boxes.values() if other.traffic), default=0)
    taken = box.traffic.taken.get(row.exit, 0) if box.traffic else 0
    wide = 1 + 6 * min(1, taken / most) if most else 1.3
    return element(
        "path",
        element("title", escape(f"{edge.source}, {row.label}: {edge.target}")),
        class_="edge",
        d=path,
        stroke="currentColor",
        stroke_opacity="0.5",
        stroke_width=wide,
        stroke_dasharray="5 4" if row.exit.startswith("on_") else None,
        marker_end=f"url(#flow-{flow}-arrow)",
    )


def _box(box: Box, places: Places) -> str:
    kind = KINDS[box.kind]
    wide, high, round_ = box.width, box.height, 16 if box.ends else 3
    frame = {"width": wide, "height": high, "rx": round_}
    return element(
        "g",
        element("title", escape(f"{box.name}: {kind.label}")),
        element("rect", **frame, fill=kind.colour, fill_opacity="0.08", stroke=kind.colour, stroke_width=1.5),
        element("path", d=kind.shape, fill=kind.colour, transform=f"translate(15 {HEADER / 2 + 1:.0f})"),
        text(box.name, 28, 17, font_weight="600", font_size="12"),
        *(text(line, 10, HEADER + LINE * n + 12, fill_opacity="0.75") for n, line in enumerate(box.details)),
        *(part for number, row in enumerate(box.rows) for part in _row(box, number, row)),
        *(_lost(box, box.traffic) if box.traffic else ()),
        class_=f"step {box.kind}",
        transform=f"translate({places.left[box.name]:.0f} {places.top[box.name]:.0f})",
    )


def _row(box: Box, number: int, row: Row) -> Iterator[str]:
    y = box.port(number) + 4
    end = box.width - (10 if row.to is None else 8)
    yield text(
        row.label + (" ↻" if row.again else ""), 10, y, font_weight="600" if row.exit == "end" else None
    )
    if box.traffic:
        taken = box.traffic.taken.get(row.exit, 0)
        share = f" ({taken / box.traffic.out:.0%})" if box.traffic.out and not row.again else ""
        yield text(f"{taken}{share}", end, y, text_anchor="end", fill_opacity="0.8")


def _lost(box: Box, traffic: Traffic) -> Iterator[str]:
    """The bar: how many of those who came were lost here."""
    y, whole = box.height - BAR - 2, box.width - 20
    yield element(
        "rect", x=10, y=y + 12, width=whole, height=4, rx=2, fill="currentColor", fill_opacity="0.15"
    )
    if traffic.left:
        yield element(
            "rect", class_="lost", x=10, y=y + 12, width=whole * traffic.share_left, height=4, rx=2, fill=LOST
        )
    words = (
        f"left here: {traffic.left} of {traffic.out} ({traffic.share_left:.0%})"
        if traffic.out
        else "nobody came"
    )
    yield text(words, 10, y + 9, font_size="10")


def _legend(boxes: Mapping[str, Box]) -> tuple[list[str], float]:
    """Every kind that is drawn, in the order of the table, then what the lines mean."""
    drawn, x = [], 0.0
    present = {box.kind for box in boxes.values()}
    for name, kind in KINDS.items():
        if name in present:
            drawn.append(
                element("path", d=kind.shape, fill=kind.colour, transform=f"translate({x + 6:.0f} 6)")
            )
            drawn.append(text(kind.label, x + 18, 10))
            x += 34 + 6.3 * len(kind.label)
    line = {"y1": 6, "y2": 6, "stroke": "currentColor", "stroke_width": 1.3}
    for words, dashes in (("chosen or decided", None), (f"{EXITS['on_timeout']}, refusal, failure", "5 4")):
        drawn.append(element("line", x1=x, x2=x + 24, stroke_dasharray=dashes, **line))
        drawn.append(text(words, x + 30, 10))
        x += 46 + 6.3 * len(words)
    drawn.append(element("rect", x=x, y=0, width=24, height=12, rx=6, fill="none", stroke="currentColor"))
    drawn.append(text("the session ends", x + 30, 10))
    return drawn, x + 140
