"""A campaign as the file that would make it: applied again it changes nothing."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy.engine import Row

from callsvc.campaigns.facts import config_of


def file_of(row: Row[Any]) -> str:
    """YAML of the campaign of this row; settings at their default are left out."""
    config = config_of(row).model_dump(by_alias=True, exclude_defaults=True)
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 4096
    yaml.allow_unicode = True
    text = StringIO()
    yaml.dump(config, text)
    return text.getvalue()
