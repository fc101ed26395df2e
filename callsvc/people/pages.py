"""``/console/people/``: searching for somebody, everything that happened with them, what may be done."""

from callsvc.people import acts, lifts, looking, suppression_lists, suppressions
from callsvc.people.blueprint import blueprint

__all__ = ["acts", "blueprint", "lifts", "looking", "suppression_lists", "suppressions"]
