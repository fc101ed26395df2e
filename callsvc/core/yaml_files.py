"""Files in YAML that people write: read safely, checked by a model, refused with each place that is wrong.

    class DirectoryFile(Part):
        targets: tuple[Target, ...]

    raw = mapping_in(text, "directory-file-invalid", begins="targets: []")
    file = checked(DirectoryFile, raw, "directory-file-invalid", "directory")

Each kind of file has an error id of its own. Text that is not even YAML is refused with its line and column;
else the details hold ``problems``, such as ``{"place": "targets.0.title", "problem": "Field required"}``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from callsvc.core.errors import Invalid

M = TypeVar("M", bound=BaseModel)

LONGEST: Final = 4_000_000
"""Characters of a file: twenty thousand slots fit; beyond it reading takes minutes."""

_MOST_TOLD: Final = 20
"""Places named in a sentence; the details hold them all."""

# What the constructors of the library raise for 2020-13-45, `!!int ''`, a key that is a list of lists, and
# brackets in brackets by the thousand.
_UNREADABLE: Final = (YAMLError, ValueError, LookupError, TypeError, RecursionError)


class Part(BaseModel):
    """A mapping in a file. A key nobody knows is refused, so that a misspelt setting is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def loaded(text: str, id: str, *, what: str = "The file") -> Any:
    """Plain data from YAML, which names no Python object; else refused by ``id``, with line and column."""
    if len(text) > LONGEST:
        raise Invalid(id, f"{what} is longer than {LONGEST:,} characters: divide it.")
    try:
        return YAML(typ="safe", pure=True).load(text)
    except _UNREADABLE as error:
        raise Invalid(id, f"{what} is not YAML: {_why(error)}.") from None


def mapping_in(text: str, id: str, *, begins: str) -> dict[str, Any]:
    """The same of a mapping of settings; ``begins`` is an example for whoever wrote something else."""
    raw = loaded(text, id)
    if not isinstance(raw, dict):
        raise Invalid(id, f"The file must be a mapping of settings, such as {begins}.")
    return raw


def checked(model: type[M], raw: Mapping[str, Any], id: str, name: str) -> M:
    """What was read, as ``model`` has it; else refused by ``id``, the file being called ``name``."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems = problems_of(error)
        raise Invalid(id, f"Correct the {name}: {told(problems)}", problems=problems) from None


def problems_of(error: ValidationError) -> list[dict[str, str]]:
    """Each place that is wrong, empty for the whole, and what is wrong there."""
    return [
        {"place": ".".join(str(part) for part in one["loc"]), "problem": one["msg"]}
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def told(problems: Sequence[Mapping[str, str]], whole: str = "the top") -> str:
    """The first of them in a row; ``whole`` is what the place without a name is called.

    >>> told([{"place": "targets.0.title", "problem": "Field required"}])
    'targets.0.title: Field required'
    """
    said = [f"{one['place'] or whole}: {one['problem']}" for one in problems[:_MOST_TOLD]]
    more = len(problems) - _MOST_TOLD
    return "; ".join([*said, f"and {more} more"] if more > 0 else said)


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if not isinstance(error, MarkedYAMLError):
        return f"a value cannot be read ({' '.join(str(error).split())[:200]})"
    mark = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return where + ", ".join(" ".join(said.split()) for said in (error.context, error.problem) if said)[:200]
