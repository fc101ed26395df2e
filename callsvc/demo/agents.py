"""The agents of the demonstration: Grand Est has six for four times the load, so that others must help."""

from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

AGENTS_IN: Final = MappingProxyType({"11": 12, "84": 8, "44": 6, "04": 4})
"""Region -> agents; thirty in all."""

PLATFORMS: Final = MappingProxyType(
    {"11": ("75", "93", "94"), "84": ("69", "38"), "44": ("67", "57"), "04": ("974",)}
)
_NAMES: Final = (
    *("Alix", "Basile", "Célia", "Denis", "Elsa", "Farid", "Gina", "Henri", "Iris", "Joël", "Kenza", "Lise"),
    *("Marc", "Nora", "Omar", "Paule", "Rémi", "Sarah", "Tom", "Ursule", "Vera", "Willy", "Xavier", "Yves"),
    *("Zélie", "Anouk", "Brice", "Clara", "Dylan", "Edma"),
)
_SKILLS: Final = ("general", "medical", "administrative", "appointment")


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent: `client` is the name of their softphone at the carrier, `languages` in order of
    preference."""

    client: str
    name: str
    platform: str
    region: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The agent as JSON."""
        return asdict(self)


def invent_agents() -> list[Agent]:
    """The thirty agents, always the same. All trace contacts; each answers the national number on some
    themes."""
    found: list[Agent] = []
    for region, size in AGENTS_IN.items():
        for place in range(size):
            number = len(found) + 1
            platforms = PLATFORMS[region]
            themes = (_SKILLS[0], _SKILLS[1 + place % 3])
            found.append(
                Agent(
                    client=f"agent-{number:02}",
                    name=f"{_NAMES[number - 1]} (agent {number:02})",
                    platform=platforms[place % len(platforms)],
                    region=region,
                    skills=("contact-tracing", *themes),
                    languages=("fr", "en") if place % 3 == 0 else ("fr",),
                )
            )
    return found
