"""Phone numbers: from a messy cell to E.164, or to the reason why not.

`read_cell` is the door of every list and form; `is_fictional` and `may_be_dialled` guard the carrier;
`mask` is how a number is shown; `zone_of` says what time it is where it rings. All of it is arithmetic: no
database.
"""

from callsvc.core.phone_numbers.cells import read_cell
from callsvc.core.phone_numbers.display import mask, spaced
from callsvc.core.phone_numbers.fiction import FICTION_RANGES, is_fictional, may_be_dialled
from callsvc.core.phone_numbers.quick import quick_number
from callsvc.core.phone_numbers.readings import FRENCH_TERRITORIES, Kind, Number, Reading, Refusal
from callsvc.core.phone_numbers.refusals import REASONS, sentence
from callsvc.core.phone_numbers.repairs import REPAIRS, repair_sentence
from callsvc.core.phone_numbers.zones import territory_of_number, zone_of

__all__ = [
    "FICTION_RANGES",
    "FRENCH_TERRITORIES",
    "REASONS",
    "REPAIRS",
    "Kind",
    "Number",
    "Reading",
    "Refusal",
    "is_fictional",
    "mask",
    "may_be_dialled",
    "quick_number",
    "read_cell",
    "repair_sentence",
    "sentence",
    "spaced",
    "territory_of_number",
    "zone_of",
]
