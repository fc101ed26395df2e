"""A picture as PNG, by Pillow: its wheel brings a font, so that a server without any draws the same."""

import unicodedata
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from callsvc.planning.twin.shapes import Line, Picture, Polyline, Text

SCALE: Final = 2
"""Pixels a point."""
FINER: Final = 2
"""Drawn so much larger and shrunk: Pillow's lines have hard edges."""
ANCHORS: Final = {"start": "ls", "middle": "ms", "end": "rs"}


def as_png(picture: Picture) -> bytes:
    """The file's bytes."""
    times = SCALE * FINER
    image = Image.new("RGB", (picture.width * times, picture.height * times), "#ffffff")
    draw = ImageDraw.Draw(image)
    for shape in picture.shapes:
        if isinstance(shape, Text):
            draw.text(
                (shape.x * times, shape.y * times),
                plain(shape.said),
                fill=shape.colour,
                font=ImageFont.load_default(shape.size * times),
                anchor=ANCHORS[shape.anchor],
            )
            continue
        points = [(shape.x1, shape.y1), (shape.x2, shape.y2)] if isinstance(shape, Line) else shape.points
        _trace(draw, shape, [(x * times, y * times) for x, y in points], times)
    file = BytesIO()
    image.reduce(FINER).save(file, "PNG", optimize=True)
    return file.getvalue()


def _trace(
    draw: ImageDraw.ImageDraw, shape: Line | Polyline, points: list[tuple[float, float]], times: int
) -> None:
    if len(points) > 1:
        draw.line(points, fill=shape.colour, width=max(1, round(shape.width * times)), joint="curve")


def plain(said: str) -> str:
    """Without accents, which Pillow's own font lacks.

    >>> plain("Île-de-France, à l'été")
    "Ile-de-France, a l'ete"
    """
    parts = unicodedata.normalize("NFKD", said.replace("’", "'").replace("–", "-"))
    return "".join(one for one in parts if not unicodedata.combining(one))
