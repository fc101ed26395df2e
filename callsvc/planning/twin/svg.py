"""A picture as SVG. It is a few lines of text: no library is needed to write them."""

from html import escape

from callsvc.planning.twin.shapes import Line, Picture, Polyline, Shape


def as_svg(picture: Picture) -> str:
    """The document."""
    fonts = 'font-family="sans-serif" font-size="12" role="img"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width} {picture.height}" {fonts}>',
        f'<rect width="{picture.width}" height="{picture.height}" fill="#ffffff"/>',
        f"<title>{escape(picture.title)}</title>",
    ]
    return "\n".join([*head, *map(_element, picture.shapes), "</svg>", ""])


def _element(shape: Shape) -> str:
    if isinstance(shape, Line):
        ends = f'x1="{shape.x1:g}" y1="{shape.y1:g}" x2="{shape.x2:g}" y2="{shape.y2:g}"'
        return f'<line {ends} stroke="{shape.colour}" stroke-width="{shape.width:g}"/>'
    if isinstance(shape, Polyline):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        pen = f'stroke="{shape.colour}" stroke-width="{shape.width:g}"'
        return f'<polyline points="{points}" fill="none" {pen}/>'
    place = f'x="{shape.x:.0f}" y="{shape.y:g}" font-size="{shape.size}" text-anchor="{shape.anchor}"'
    return f'<text {place} fill="{shape.colour}">{escape(shape.said)}</text>'
