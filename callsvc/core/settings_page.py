"""``docs/settings.md``, from the fields of ``Settings``: ``callsvc settings --write`` renews it."""

from pathlib import Path

import click
from pydantic.fields import FieldInfo

from callsvc.core.desk_settings import DeskSettings
from callsvc.core.settings import Settings

PAGE = Path("docs/settings.md")

_INTRODUCTION = """\
# Settings

<!-- Written by `callsvc settings --write` from callsvc/core/settings.py; a test compares the two. -->

Everything is set by environment variables. A file `.env` in the working directory is read behind the
environment, and `var/embedded.env`, which `callsvc up` writes, behind that; the first that has a value wins.
[.env.example](../.env.example) is a start. `callsvc doctor` says what is missing or wrong.

"Lived" seconds pass on the clock that people live by, which may run faster than real time in a demonstration;
"real" seconds are the machine's.

| setting | default | what it holds |
|---|---|---|
"""


def page() -> str:
    """The page, in Markdown."""
    return _INTRODUCTION + "".join(_row(name, field) for name, field in in_order().items())


def in_order() -> dict[str, FieldInfo]:
    """Every setting: where things are and the carrier first, agents and their desks last."""
    late = DeskSettings.model_fields
    early = {name: field for name, field in Settings.model_fields.items() if name not in late}
    return early | {name: field for name, field in Settings.model_fields.items() if name in late}


def _row(name: str, field: FieldInfo) -> str:
    if field.is_required():
        default = "**required**"
    elif field.default == "":
        default = "empty"
    else:
        default = f"`{field.default:g}`" if isinstance(field.default, float) else f"`{field.default}`"
    description = (field.description or "").replace("|", "\\|")
    return f"| `{name.upper()}` | {default} | {description} |\n"


@click.command()
@click.option("--write", is_flag=True, help=f"Write {PAGE} instead of printing it.")
def command(write: bool) -> None:
    """Print the documentation of the settings."""
    if write:
        PAGE.write_text(page())
    else:
        click.echo(page(), nl=False)
