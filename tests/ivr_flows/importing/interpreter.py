"""Studio's own way through a definition, written apart from the import: to hold the two beside each other.

Of the widgets it knows what its manual says: a gather keeps what was keyed, a split takes the first
match of all, a widget without a next ends the call.
"""

from __future__ import annotations

import copy
import re
from typing import Any

PLACE = re.compile(r"\{\{\s*([\w.-]+)\s*(?:\|\s*(\w+)\s*:\s*('[^']*'|\d+)\s*)?\}\}")
DEEP = 12


class Call:
    """One call; ``heard`` is what was said in this turn, ``status`` wait, end or deep."""

    def __init__(self, definition: dict[str, Any], data: dict[str, str], event: str = "incomingCall") -> None:
        self.states = {state["name"]: state for state in definition["states"]}
        self.facts: dict[str, Any] = {"flow": {"data": data, "variables": {}}, "widgets": {}}
        self.by_sms = event == "incomingMessage"
        self.entered, self.heard, self.status, self.at = 0, [], "wait", ""
        self.go(self.after(self.states[definition["initial_state"]], event))

    def answer(self, event: str, digits: str | None = None) -> Call:
        """The call after this answer; the one before is left as it was."""
        other = copy.copy(self)
        other.facts, other.heard = copy.deepcopy(self.facts), []
        other.facts["widgets"][self.at] = {"Digits": digits, "inbound": {"Body": digits}}
        other.go(self.after(self.states[self.at], event))
        return other

    @staticmethod
    def after(state: dict[str, Any], event: str) -> str | None:
        return next((t.get("next") for t in state["transitions"] if t["event"] == event), None)

    def go(self, name: str | None) -> None:
        while name is not None:
            self.entered += 1
            if self.entered > DEEP:
                self.status = "deep"
                return
            state, self.at = self.states[name], name
            match state["type"]:
                case "say-play":
                    self.heard += [self.render(state["properties"]["say"])] * state["properties"].get(
                        "loop", 1
                    )
                    name = self.after(state, "audioComplete")
                case "send-message":
                    before = "" if self.by_sms else "sms: "
                    self.heard.append(before + self.render(state["properties"]["body"]))
                    name = self.after(state, "sent")
                case "send-and-wait-for-reply":
                    self.heard.append(self.render(state["properties"]["body"]))
                    self.status = "wait"
                    return
                case "set-variables":
                    for item in state["properties"]["variables"]:
                        self.facts["flow"]["variables"][item["key"]] = self.render(item["value"])
                    name = self.after(state, "next")
                case "split-based-on":
                    name = self.split(state)
                case "gather-input-on-call":
                    self.facts["widgets"][name] = {}
                    self.heard.append(self.render(state["properties"].get("say", "")))
                    self.status = "wait"
                    return
                case _:
                    self.status = "wait"
                    return
        self.status = "end"

    def split(self, state: dict[str, Any]) -> str | None:
        for transition in state["transitions"]:
            conditions = transition.get("conditions", [])
            if transition["event"] == "match" and all(self.holds(condition) for condition in conditions):
                return transition.get("next")
        return self.after(state, "noMatch")

    def render(self, text: str) -> str:
        return PLACE.sub(self.place, text)

    def place(self, found: re.Match[str]) -> str:
        value: Any = self.facts
        for part in found.group(1).split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if found.group(2) == "default" and value in (None, ""):
            value = found.group(3).strip("'")
        if found.group(2) == "plus":
            value = (int(value) if str(value).isdigit() else 0) + int(found.group(3))
        return "" if value is None else str(value)

    def holds(self, condition: dict[str, Any]) -> bool:
        subject, value = self.render(condition["arguments"][0]).lower(), condition["value"].lower()
        listed = [each.strip() for each in value.split(",")]
        number = subject.isdigit() and value.isdigit()
        return {
            "equal_to": subject == value,
            "not_equal_to": subject != value,
            "matches_any_of": subject in listed,
            "does_not_match_any_of": subject not in listed,
            "contains": value in subject,
            "does_not_contain": value not in subject,
            "starts_with": subject.startswith(value),
            "does_not_start_with": not subject.startswith(value),
            "is_blank": subject == "",
            "is_not_blank": subject != "",
            "less_than": number and int(subject) < int(value or 0),
            "greater_than": number and int(subject) > int(value or 0),
            "regex": condition["type"] == "regex" and re.search(value, subject) is not None,
        }[condition["type"]]
