"""What pictures are made of, in points from the upper left corner, however they are written."""

from collections.abc import Sequence
from typing import Literal, NamedTuple


class Line(NamedTuple):
    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1


class Polyline(NamedTuple):
    points: Sequence[tuple[float, float]]
    colour: str
    width: float = 1


class Text(NamedTuple):
    """``y`` is the baseline; ``anchor`` says which part of the text stands at ``x``."""

    x: float
    y: float
    said: str
    size: int = 12
    colour: str = "#000000"
    anchor: Literal["start", "middle", "end"] = "start"


Shape = Line | Polyline | Text


class Picture(NamedTuple):
    """On white."""

    width: int
    height: int
    title: str
    shapes: Sequence[Shape]
