"""Whom a call is offered to, in English and in French; why, is told by ``rules/explaining.py``.

Figures are rounded to whole seconds. An agent is named by id: names stay out of the record.
"""

from typing import Any

from sqlalchemy.engine import Row

from callsvc.routing.rules.homing import Tier


def home_offer(tier: Tier, entry: Row[Any], agent_id: str, waited_s: float) -> tuple[str, str]:
    """(English, French) for an offer inside the home region of a call that is next in its queue."""
    platform, region = entry.platform_name, entry.region_name
    where = {
        "platform": (f"of {platform} is free", f"de {platform} est libre"),
        "pool": (
            f"of the pool of {platform} is free and nobody of the platform is",
            f"du regroupement de {platform} est libre, personne de la plateforme ne l'est",
        ),
        "region": (
            f"of {region} is free and nobody of {platform} is",
            f"de {region} est libre, personne de {platform} ne l'est",
        ),
    }[tier]
    return (
        f"Agent {agent_id} {where[0]}, so they are offered this call after {waited_s:.0f} s.",
        f"L'agent {agent_id} {where[1]} : cet appel lui est proposé après {waited_s:.0f} s.",
    )


def offered_to(agent_id: str, why: tuple[str, str]) -> tuple[str, str]:
    """The reason, and whom the call is therefore offered to."""
    return (
        f"{why[0]} Agent {agent_id} is offered this call.",
        f"{why[1]} Cet appel est proposé à l'agent {agent_id}.",
    )
