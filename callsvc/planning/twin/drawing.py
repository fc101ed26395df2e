"""The course of a day as SVG: one line a policy. No library draws here, so that none has to be installed."""

from collections.abc import Mapping, Sequence
from html import escape

from callsvc.planning.twin.measures import BIN_S, Measures
from callsvc.planning.twin.report import course
from callsvc.planning.twin.scenario import Policy, Scenario

WIDTH, PANEL, LEFT, TOP, GAP = 900, 190, 60, 50, 46
COLOURS = ("#777777", "#c05000", "#e0a000", "#2a7f3f", "#1f5fbf", "#b0004a", "#6aa7e8", "#e07fae")
PANELS = (
    ("in_time", "answered within 20 s, % of calls of these ten minutes"),
    ("lost", "lost, %"),
    ("aided", "answered by another region, %"),
)


def draw(scenario: Scenario, played: Mapping[Policy, Sequence[Measures]]) -> str:
    """Three panels over the hours of the day, and a legend."""
    height = TOP + len(PANELS) * (PANEL + GAP) + 20 * ((len(played) + 3) // 4)
    fonts = 'font-family="sans-serif" font-size="12" role="img"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {fonts}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f"<title>{escape(scenario.title)}</title>",
        f'<text x="{LEFT}" y="24" font-size="16">{escape(scenario.title)}</text>',
    ]
    for number, (name, said) in enumerate(PANELS):
        top = TOP + number * (PANEL + GAP)
        curves = {policy: course(days, name) for policy, days in played.items()}
        parts += _panel(top, said, scenario.hours, list(curves.values()))
    parts += _legend(TOP + len(PANELS) * (PANEL + GAP), list(played))
    return "\n".join([*parts, "</svg>", ""])


def _panel(top: int, said: str, hours: float, curves: Sequence[Sequence[float | None]]) -> list[str]:
    highest = max((value for curve in curves for value in curve if value is not None), default=1.0)
    scale = 100.0 if highest > 50 else max(5.0, -(-highest // 5) * 5)
    bottom, span = top + PANEL, WIDTH - LEFT - 20
    parts = [f'<text x="{LEFT}" y="{top - 6}" fill="#333333">{escape(said)}</text>']
    for step in range(5):
        y = bottom - PANEL * step / 4
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + span}" y1="{y}" y2="{y}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{scale * step / 4:g}</text>')
    for hour in range(int(hours) + 1):
        x = LEFT + span * hour / hours
        parts.append(f'<text x="{x:.0f}" y="{bottom + 15}" text-anchor="middle">{hour} h</text>')
    for curve, colour in zip(curves, COLOURS, strict=False):
        points = " ".join(
            f"{LEFT + span * (n + 0.5) * BIN_S / 3600 / hours:.1f},{bottom - PANEL * value / scale:.1f}"
            for n, value in enumerate(curve)
            if value is not None and (n + 1) * BIN_S <= hours * 3600
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
    return parts


def _legend(top: int, policies: Sequence[str]) -> list[str]:
    parts = []
    for number, (policy, colour) in enumerate(zip(policies, COLOURS, strict=False)):
        x, y = LEFT + (number % 4) * 205, top + 20 * (number // 4)
        parts.append(f'<line x1="{x}" x2="{x + 22}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{x + 28}" y="{y + 4}">{escape(policy)}</text>')
    return parts
