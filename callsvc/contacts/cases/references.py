"""A case's reference however it is written: as a list, an interview and whoever searches write it."""

import re
from typing import Final

_NOT_SHOWN: Final = re.compile(r"[\W_]+")


def plain_reference(reference: str) -> str:
    """Without spaces and signs, in capitals: ``zq 2020-118`` and ``ZQ2020118`` are one."""
    return _NOT_SHOWN.sub("", reference).upper()
