"""``/desk/``: an agent's own page: ready or not, the call offered, the talk, the wrap-up, the next one."""

from callsvc.desk import work_pages
from callsvc.desk.pages import blueprint

__all__ = ["blueprint", "work_pages"]
