"""A case's reference however it is written: as a list, an interview and whoever searches write it."""


def plain_reference(reference: str) -> str:
    """Letters and digits alone, in capitals: ``zq 2020-118`` and ``ZQ2020118`` are one."""
    return "".join(filter(str.isalnum, reference)).upper()
