"""
Errors of plans.

::

    PlanError
    ├── ParameterError (ValueError)    parameters of a plan do not fit its description
    └── DescriptionError (TypeError)   a plan function cannot be described
    RampFailError                      a ramp took too long (RampFail of bluesky when it is installed)
"""

from collections.abc import Mapping, Sequence

try:
    from bluesky.utils import RampFail as RampFailError
except ImportError:

    class RampFailError(RuntimeError):  # type: ignore[no-redef]  # own equal one without bluesky
        """A ramp was not done when its time was over."""


__all__ = ["DescriptionError", "ParameterError", "PlanError", "RampFailError"]


class PlanError(Exception):
    """Base of the errors of this package."""


class DescriptionError(PlanError, TypeError):
    """A plan function cannot be described; the message says which parameter and why."""


class ParameterError(PlanError, ValueError):
    """
    Parameters that do not fit a plan.

    Parameters
    ----------
    plan : str
        Name of the plan.
    fields : mapping of str to sequence of str
        For each parameter, what is wrong with it: what was given, what holds, and what to do.
    """

    def __init__(self, plan: str, fields: Mapping[str, Sequence[str]]) -> None:
        self.plan = plan
        self.fields: dict[str, list[str]] = {name: list(messages) for name, messages in fields.items()}
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [f"{name}: {message}" for name, messages in self.fields.items() for message in messages]
        return f"plan {self.plan} cannot take these parameters:\n  " + "\n  ".join(lines)
