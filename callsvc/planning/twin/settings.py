"""``--set terms.floor=0.8``: settings of a scenario from the command line."""

from collections.abc import Iterable
from typing import Any

from callsvc.core.errors import Invalid
from callsvc.core.yaml_files import loaded


def settings_of(said: Iterable[str]) -> dict[str, Any]:
    """Nested by the dots of their names; values are YAML.

    >>> settings_of(["terms.floor=0.8", "people.aid_slower=1.3", "title=Slower"])
    {'terms': {'floor': 0.8}, 'people': {'aid_slower': 1.3}, 'title': 'Slower'}

    Raises ``setting-invalid``.
    """
    found: dict[str, Any] = {}
    for one in said:
        name, equals, text = one.partition("=")
        *path, last = name.split(".")
        if not equals or not all((*path, last)):
            raise Invalid("setting-invalid", f"Write a setting as name=value, such as terms.floor=0.8: {one}")
        place = found
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise Invalid("setting-invalid", f"{name} stands within a setting that is a value itself.")
        place[last] = loaded(text, "setting-invalid", what=f"The value of {name}")
    return found
