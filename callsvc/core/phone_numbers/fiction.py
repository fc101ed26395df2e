"""Numbers that belong to nobody: reserved for fiction, or generated and marked synthetic.

Reserved (ARCEP): 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49 and 06 39 98, each followed by four digits:
60,000 numbers, all of the mainland. They are recognised by their digits.

Synthetic numbers exist because that is too few for a load test and because no overseas range is reserved.
They look like real ones and cannot be recognised by their digits, so the mark travels beside the number,
from one of two places: the import's `--synthetic` flag (every number of the file) or a column `synthetic`
(`synthétique`, `fictif`) of the file with `oui` on the row. The mark is stored with the number and is never
taken off by a later import: a number once marked is never dialled by a real carrier.
"""

import re
from typing import Final

FICTION_RANGES: Final = ("19900", "26191", "35301", "46571", "53649", "63998")
"""First five digits, after +33, of the ranges reserved for fiction; the last one is mobile."""

_FICTION: Final = re.compile(rf"\+33(?:{'|'.join(FICTION_RANGES)})\d{{4}}")


def is_fictional(e164: str) -> bool:
    """Whether a number lies in a range reserved for fiction: true of `+33639981234`, false of
    `+33612345678`."""
    return _FICTION.fullmatch(e164) is not None


def may_be_dialled(e164: str, *, synthetic: bool, loopback: bool) -> bool:
    """Whether a carrier may be given this number: fiction and synthetic ones only on loopback (rule 15).

    `synthetic` is the stored mark of the number, `loopback` whether the carrier's address is this machine.
    """
    return loopback or not (synthetic or is_fictional(e164))
