"""The one plan of the stage."""

from acquisition.plans import stubs


def wait_a_moment(delay: float = 1.0):
    """Wait.

    Parameters
    ----------
    delay
        How long (s).
    """
    yield from stubs.sleep(delay)
