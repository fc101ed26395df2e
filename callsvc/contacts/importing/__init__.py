"""Reading contact lists as they really are: pure, streaming, and never silent about what it left out.

`read_list(path, options)` opens a file (encoding, delimiter and header found by looking) and yields one
`ReadRow` per line, each with the values, the numbers, and every problem met. The database side is
`callsvc.contacts.service`.
"""

from callsvc.contacts.importing.header import Header
from callsvc.contacts.importing.lists import ContactList, ReadOptions, read_list
from callsvc.contacts.importing.problems import Problem
from callsvc.contacts.importing.rejects import RejectsWriter
from callsvc.contacts.importing.report import ImportReport
from callsvc.contacts.importing.rows import ReadRow, Values
from callsvc.contacts.importing.sniffing import Layout, sniff

__all__ = [
    "ContactList",
    "Header",
    "ImportReport",
    "Layout",
    "Problem",
    "ReadOptions",
    "ReadRow",
    "RejectsWriter",
    "Values",
    "read_list",
    "sniff",
]
