from datetime import timedelta

from accounts import sign_in


def test_wait_is_nothing_for_a_few_then_doubles_up_to_the_longest():
    waits = [sign_in.wait_after(failures) for failures in range(1, 40)]
    assert waits[: sign_in.FREE_FAILURES - 1] == [timedelta(0)] * (sign_in.FREE_FAILURES - 1)
    assert waits[sign_in.FREE_FAILURES - 1 : sign_in.FREE_FAILURES + 2] == [
        timedelta(seconds=s) for s in (1, 2, 4)
    ]
    assert waits == sorted(waits)
    assert waits[-1] == sign_in.LONGEST_WAIT
    assert sign_in.wait_after(10**9) == sign_in.LONGEST_WAIT
