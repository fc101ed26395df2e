"""The process that ``callsvc bench import`` watches: imports one list, and says what it cost."""

import json
import resource
import sys
from pathlib import Path


def main() -> None:
    from callsvc.contacts.service import import_contacts
    from callsvc.core.keyring import Keyring
    from callsvc.core.settings import Settings
    from callsvc.platforms.service import load_france
    from callsvc.runtime import runtime_from_settings

    key = Keyring.new_key()
    settings = Settings(
        twilio_account_sid="ACbench",
        twilio_auth_token="bench",  # noqa: S106 - nobody is called
        callsvc_secret_key="bench",  # noqa: S106
        callsvc_data_keys=f"1:{key}",
        callsvc_lookup_key=key,
    )
    rt = runtime_from_settings(settings)
    with rt.db.begin() as tx:
        load_france(tx)
    report = import_contacts(rt, Path(sys.argv[1]), synthetic=True)
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(one.ru_utime + one.ru_stime for one in spent)
    sys.stdout.write(json.dumps({"kept": report.kept, "new": report.contacts_new, "cpu_s": cpu_s}))


if __name__ == "__main__":
    main()
