"""Handing a flow to translators and taking their work back, as PO files (gettext).

    po = to_po(definition, "es")                # what there is to translate, and what is already
    back = from_po(text, po_from_the_translator)
    back.text                                   # the YAML with the new wordings, comments kept
    back.refused, back.missing                  # what was not taken, and why

A message is a prompt on one channel: its context is ``hello:text`` or ``hello:sms``, its id the
words in the first language of the flow.
"""

from ivr_flows.translating.exporting import to_po
from ivr_flows.translating.importing import Refusal, Translated, from_po

__all__ = ["Refusal", "Translated", "from_po", "to_po"]
