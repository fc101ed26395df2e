"""Makes the page kit known to the templates: times, menu, toasts, theme."""

from flask import Flask

from callsvc.web.navigation import menu, page_of_ones_own
from callsvc.web.theme import THEMES, chosen_theme
from callsvc.web.times import Zones, register_times
from callsvc.web.toasts import take_toasts


def register_kit(app: Flask, *, zones: Zones) -> None:
    """Call once for an application; ``zones`` reads the IANA zone of each region's code."""
    register_times(app, zones)
    app.jinja_env.globals.update(
        menu=menu,
        page_of_ones_own=page_of_ones_own,
        take_toasts=take_toasts,
        theme=chosen_theme,
        themes=THEMES,
    )
