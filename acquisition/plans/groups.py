"""Names for groups of statuses, unique within the process."""

from itertools import count

_numbers = count(1)


def fresh_group(label: str) -> str:
    """
    Give a group name that no other message of this process uses.

    Parameters
    ----------
    label : str
        What the group waits for, such as ``"set"``; readers of message lists see it.
    """
    return f"{label}-{next(_numbers):06x}"
