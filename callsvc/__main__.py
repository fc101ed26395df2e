"""``python -m callsvc`` is ``callsvc``."""

from callsvc.cli import main

main()
