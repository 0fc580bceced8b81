"""A plan that is made and never run does not go unnoticed."""

import gc
import warnings

import pytest

from acquisition.plans import preprocessors as bpp
from acquisition.plans import scans, stubs
from acquisition.plans.msg import Msg
from acquisition.plans.plan_call import plan
from tests.unit.acquisition.plans.paper import paper_devices


@plan
def settle():
    """Wait a little."""
    answer = yield Msg("sleep", None, 1)
    return answer


def test_a_forgotten_yield_from_is_told_with_its_place():
    def forget():
        settle()
        gc.collect()

    with pytest.warns(RuntimeWarning, match="plan settle was made and never run") as caught:
        forget()
    assert caught[0].filename == __file__


@pytest.mark.parametrize("use", [list, next, lambda made: made.send(None), lambda made: made.close()])
def test_a_plan_that_is_used_says_nothing(use):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        use(settle())
        gc.collect()


def test_a_call_behaves_as_its_generator():
    made = settle()
    assert made.__name__ == "settle"
    assert made.send(None).command == "sleep"
    with pytest.raises(StopIteration) as end:
        made.send("done")
    assert end.value.value == "done"
    with pytest.raises(ValueError, match="thrown"):
        settle().throw(ValueError("thrown"))
    assert settle.__doc__ == "Wait a little."


def test_no_plan_of_ours_forgets_one_of_its_own():
    devices = paper_devices()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(scans.count([devices["det"]], 2))
        halted = bpp.finalize_wrapper(stubs.null(), stubs.sleep(1))
        next(halted)
        halted.close()
        staged = bpp.stage_wrapper(stubs.null(), [devices["det"]])
        next(staged)
        staged.close()
        gc.collect()
