"""Studio's variables as ours, and texts and values that use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ivr_flows.importing.draft import Draft, Step
from ivr_flows.importing.names import variable_name
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import NotExpressible, items, raw
from ivr_flows.importing.studio.liquid import Reference, literal, parse, references
from ivr_flows.importing.studio.states import Definition, State
from ivr_flows.importing.values import quoted

CALLER = {
    ("contact", "channel", "address"): "caller.number",
    ("trigger", "call", "from"): "caller.number",
    ("trigger", "message", "from"): "caller.number",
    ("trigger", "call", "to"): "called.number",
    ("trigger", "message", "to"): "called.number",
    ("flow", "channel", "address"): "called.number",
    ("trigger", "message", "body"): "message.body",
}
"""Facts of the carrier that the service keeps from flows: a number is personal, and it is never spoken."""

UNHEARD = frozenset(
    {"upcase", "downcase", "capitalize", "strip", "lstrip", "rstrip", "strip_newlines", "escape"}
    | {"escape_once", "strip_html", "json", "to_json", "newline_to_br"}
)
"""Filters that change nothing that is heard."""

FOLDING = frozenset({"upcase", "downcase", "capitalize", "strip", "lstrip", "rstrip"})
_ANSWERS = ("digits",)
_MESSAGES = ("inbound", "incoming")
COMPARED = frozenset({"less_than", "greater_than"})
MOST_COUNTED = 12


@dataclass(slots=True)
class Scope:
    """``steps`` are the names that the states were given; ``numeric`` the variables compared as numbers."""

    draft: Draft
    steps: Mapping[str, str]
    names: Mapping[str, str]
    numeric: frozenset[str] = frozenset()
    uses: dict[str, int] = field(default_factory=dict)
    read: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """Of each widget, the paths that are read of it anywhere, in their order."""

    @classmethod
    def of(
        cls, draft: Draft, definition: Definition, steps: Mapping[str, str], names: Mapping[str, str]
    ) -> Scope:
        """Look through the whole flow for what is read where."""
        scope = cls(draft, steps, names)
        numeric: set[str] = set()
        copies: list[tuple[str, str]] = []
        for state in definition.states.values():
            for found in (each for text in state.texts() for each in references(text)):
                name = scope.name(found.path)
                scope.uses[name] = scope.uses.get(name, 0) + 1
                if len(found.path) > 2 and found.path[0] == "widgets":
                    scope.read.setdefault(found.path[1], []).append(found.path)
                if any(each.name in ("plus", "minus") for each in found.filters):
                    numeric.add(name)
            for condition in (each for transition in state.transitions for each in transition.conditions):
                if condition.type in COMPARED:
                    subject = condition.subject or raw(state.properties, "input")
                    numeric |= {scope.name(found.path) for found in references(subject)}
            copies += scope.copies(state)
        scope.numeric = _spread(numeric, copies)
        return scope

    def copies(self, state: State) -> Iterator[tuple[str, str]]:
        """Each variable that the state sets, with each that its value is made of."""
        for item in items(state.properties.get("variables")):
            if isinstance(item, dict) and raw(item, "key", "name"):
                for found in references(raw(item, "value")):
                    yield self.variable_of(raw(item, "key", "name")), self.name(found.path)

    def name(self, path: tuple[str, ...]) -> str:
        """The name that a path has here; user's table first."""
        given = self.names.get(".".join(path))
        if given:
            return given
        low = tuple(part.lower() for part in path)
        if low in CALLER:
            return CALLER[low]
        match low:
            case ("widgets", _, *rest) if rest:
                return self._of_widget(path[1], path[2:])
            case ("flow", "variables", _, *_):
                return variable_name("vars", *path[2:])
            case ("flow", "data", _, *_):
                return variable_name("data", *path[2:])
            case ("trigger", "parent" | "request", "parameters", _, *_):
                return variable_name("data", *path[3:])
        return variable_name("studio", *path)

    def _of_widget(self, widget: str, rest: tuple[str, ...]) -> str:
        step = self.steps.get(widget, widget)
        last = tuple(part.lower() for part in rest)
        if last == _ANSWERS or (last[0] in _MESSAGES and last[1:] == ("body",)):
            return answer(step)
        if last == ("speechresult",):
            return f"{answer(step)}_speech"
        if last[0] == "parsed":
            return variable_name("http", step, *rest[1:])
        return variable_name("widgets", step, *rest)

    def variable_of(self, key: str) -> str:
        """The name of a variable that the flow sets itself."""
        return self.name(("flow", "variables", *key.split(".")))

    def variable(self, path: tuple[str, ...]) -> str:
        """The same, declared."""
        return self.draft.know(self.name(path))

    def words(self, text: str, entry: Entry, step: Step) -> str:
        """A text as a template of ours; defaults become values that ``step`` sets first."""
        return "".join(self._word(part, entry, step) for part in parse(text))

    def _word(self, part: str | Reference, entry: Entry, step: Step) -> str:
        if isinstance(part, str):
            return part.replace("{", "{{").replace("}", "}}")
        name = self.variable(part.path)
        _tell_caller(name, entry)
        for each in part.filters:
            if each.name == "default":
                name = _made(step, name, {"expr": either(name, literal(each.argument))})
            elif each.name in UNHEARD:
                entry.note("approximated", f"The Liquid filter {each.name} is left out.")
            else:
                raise NotExpressible(f"The Liquid filter {each.name} computes words.")
        return f"{{{name}}}"

    def value(self, text: str, name: str) -> str | int | float | bool | dict[str, str]:
        """What a variable is set to: a constant, or an expression."""
        parts = parse(text)
        if all(isinstance(part, str) for part in parts):
            return self.constant("".join(str(part) for part in parts), name)
        found = parts[0]
        if len(parts) > 1 or not isinstance(found, Reference):
            raise NotExpressible("It joins texts and variables into a new value.")
        return {"expr": self._computed(found)}

    def constant(self, text: str, name: str) -> str | int | float | bool:
        """A constant, as a number where the variable is compared as one."""
        value: object = text
        if name in self.numeric:
            try:
                value = literal(text)
            except NotExpressible:
                value = text
        return value if isinstance(value, int | float | bool) else text[:400]

    def _computed(self, found: Reference) -> str:
        name = self.variable(found.path)
        match found.filters:
            case ():
                return name
            case (one,) if one.name == "default":
                return either(name, literal(one.argument))
            case (one,) if one.name == "plus" and literal(one.argument) == 1:
                return counted(name)
        if all(each.name in FOLDING for each in found.filters):
            return name
        raise NotExpressible(f"The Liquid filter {found.filters[0].name} computes a value.")


def _spread(numeric: set[str], copies: list[tuple[str, str]]) -> frozenset[str]:
    """What is copied from a number is a number, and so is what a number is copied from."""
    grown = True
    while grown:
        more = {name for pair in copies if numeric & set(pair) for name in pair} - numeric
        numeric |= more
        grown = bool(more)
    return frozenset(numeric)


def _made(step: Step, name: str, value: dict[str, str]) -> str:
    """A variable that the step sets before it speaks."""
    values: dict[str, object] = step.setdefault("set", {})
    made, count = f"{name[:80]}_or_default", 1
    while values.get(made, value) != value:
        count += 1
        made = f"{name[:80]}_or_default_{count}"
    values[made] = value
    return made


def answer(step: str) -> str:
    """Where the answer to a question of this step is kept."""
    return variable_name("answers", step)


def either(name: str, value: str | int | float | bool | None) -> str:
    """The variable, or else the constant."""
    return f"{name} or {quoted(value)}"


def counted(name: str) -> str:
    """One more than a counter, by listing: the language of conditions does not compute.

    >>> counted("vars.n").startswith("vars.n == 1 and 2 or vars.n == 2 and 3 or ")
    True
    """
    steps = range(1, max(2, min(MOST_COUNTED, 440 // (len(name) + 18))))
    last = max(steps) + 1
    ladder = [f"{name} == {n} and {n + 1}" for n in steps]
    return " or ".join([*ladder, f"{name} == {last} and {last}", "1"])


def _tell_caller(name: str, entry: Entry) -> None:
    if name in CALLER.values():
        entry.note("approximated", f"The service does not tell flows {{{name}}}: it is empty when spoken.")
