"""``/desk/``: an agent's own page: ready or not, the call offered, the talk, the wrap-up, the next one."""

from callsvc.desk import life_pages, line_pages, work_pages
from callsvc.desk.pages import blueprint

__all__ = ["blueprint", "life_pages", "line_pages", "work_pages"]
