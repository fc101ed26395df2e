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

from pydantic import Field, model_validator

from callsvc.core.weekdays import WEEKDAYS, Weekday
from callsvc.core.yaml_files import Part, checked, mapping_in

MOST = 1000  # targets of one directory


class Queue(Part):
    skill: str = Field(pattern=r"^[a-z][a-z0-9-]{0,58}$")
    platform: str = ""


class OpeningHours(Part):
    days: tuple[Weekday, ...] = Field(WEEKDAYS, min_length=1)
    opens: str = "00:00"
    closes: str = "24:00"


class Target(Part):
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


class DirectoryFile(Part):
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
    raw = mapping_in(text, "directory-file-invalid", begins="targets: []")
    return checked(DirectoryFile, raw, "directory-file-invalid", "directory")
