"""The directory as a file, which ``callsvc directory apply`` reads.

```yaml
targets:
  - name: samu-67
    title: SAMU du Bas-Rhin
    number: "+33199000067"
    region: "44"
    serves: ["44"]                                     # whose contacts; all without it
  - name: doctors
    title: Médecins de garde
    queue: {skill: medical, platform: "67"}            # agents of ours; of the caller's platform without one
    hours: {days: [mon, tue, wed, thu, fri], opens: "08:00", closes: "18:00"}
    for: [agents]                                      # flows, agents; both without it
```
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from callsvc.core.errors import Invalid

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EVERY_DAY: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 1000  # targets of one directory


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Queue(_Part):
    skill: str = Field(pattern=r"^[a-z][a-z0-9-]{0,58}$")
    platform: str = ""


class OpeningHours(_Part):
    days: tuple[Day, ...] = Field(EVERY_DAY, min_length=1)
    opens: str = "00:00"
    closes: str = "24:00"


class Target(_Part):
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,58}$")
    title: str = Field(min_length=1, max_length=120)
    number: str = ""
    queue: Queue | None = None
    region: str = ""
    serves: tuple[str, ...] = Field((), max_length=30)
    hours: OpeningHours = OpeningHours()
    used_by: tuple[Literal["flows", "agents"], ...] = Field(("flows", "agents"), min_length=1, alias="for")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.number) is (self.queue is not None):
            raise ValueError("give either number: or queue:")
        return self


class DirectoryFile(_Part):
    targets: tuple[Target, ...] = Field(max_length=MOST)

    @model_validator(mode="after")
    def _each_name_once(self) -> Self:
        names = [target.name for target in self.targets]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"named twice: {', '.join(twice)}")
        return self


def read_directory(text: str) -> DirectoryFile:
    """A validated file, or ``directory-file-invalid`` with every place and what is wrong there."""
    try:
        raw = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, RecursionError):
        raise Invalid("directory-file-invalid", "The file is not YAML.") from None
    try:
        return DirectoryFile.model_validate(raw)
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'the top'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise Invalid("directory-file-invalid", f"Correct the directory: {said}") from None
