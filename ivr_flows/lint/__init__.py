"""What forbids (error) or discourages (warning) the publishing of a flow.

findings = lint(definition)                                    # a flow by itself
findings = inspect(text, Surroundings(directory=["samu-67"]))  # as it would be published here
"""

from ivr_flows.lint.checks import CHECKS, lint
from ivr_flows.lint.surroundings import SENDERS, Surroundings, inspect, inspect_definition

__all__ = ["CHECKS", "SENDERS", "Surroundings", "inspect", "inspect_definition", "lint"]
