"""Import lists that were sent."""

from callsvc.contacts.importing_work import work_imports
from workers import current_runtime


def run(ids: list[str]) -> None:
    work_imports(current_runtime(), ids)
