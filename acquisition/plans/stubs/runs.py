"""Open and close runs."""

from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan
from acquisition.plans.shapes import Metadata


@plan
def open_run(md: Metadata | None = None) -> Plan[str]:
    """
    Open a run: emit its start document.

    Parameters
    ----------
    md : mapping, optional
        Metadata for the start document.

    Returns
    -------
    str
        The uid of the run.
    """
    # Not as keywords: metadata may have keys such as "run" or "obj".
    uid: str = yield Msg("open_run")._replace(kwargs=dict(md or {}))
    return uid


@plan
def close_run(exit_status: str | None = None, reason: str | None = None) -> Plan[str]:
    """
    Close the run: emit its stop document.

    Parameters
    ----------
    exit_status : {None, "success", "abort", "fail"}
        How the run ended; None leaves it to the engine.
    reason : str, optional
        Why it ended so.

    Returns
    -------
    str
        The uid of the run.
    """
    uid: str = yield Msg("close_run", exit_status=exit_status, reason=reason)
    return uid
