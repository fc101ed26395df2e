"""People imported for a campaign are put into it."""

from callsvc.campaigns.service import add_contacts
from callsvc.contacts.importing.events import ContactsImported
from callsvc.core.db import Tx


def enrol_imported(tx: Tx, event: ContactsImported) -> None:
    add_contacts(tx, event.campaign_id, event.contact_ids)
