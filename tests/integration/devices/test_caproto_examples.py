"""A server that shares nothing with EPICS base: the example IOCs that come with caproto."""

import pytest

from acquisition.devices.library.motor import Motor
from acquisition.devices.signal import WritableSignal
from tests.support.ca_servers import caproto_example
from tests.support.ioc import until


def test_scalars_and_arrays_are_read_and_written():
    with caproto_example("scalars_and_arrays") as served:
        assert served.value("C:scalar_float") == 1.01
        assert served.backend("C:scalar_float").metadata.precision == 5
        assert served.value("C:scalar_string") == "string1"
        assert served.value("C:array_string").tolist() == ["string1", "string2"]
        assert served.value("C:array_int").tolist() == [3]
        array = served.backend("C:array_float")
        for values in ([1.0, 2.0, 3.0], [4.5], [0.0] * 5):
            array.put(values).wait(10)
            assert array.begin_read().result(10).value.tolist() == values
        with pytest.raises(ValueError, match="at most 5"):
            array.put([1.0] * 6).wait(10)
        served.backend("C:scalar_int2").put(-5).wait(10)
        assert served.value("C:scalar_int2") == -5


def test_enums_have_their_words():
    with caproto_example("enums") as served:
        for name in ("bo", "mbbi"):
            backend = served.backend(f"C:{name}")
            assert backend.metadata.dtype == "string"
            for word in backend.metadata.choices:
                backend.put(word).wait(10)
                assert backend.begin_read().result(10).value == word


def test_a_record_has_its_fields_units_and_limits():
    with caproto_example("records") as served:
        names = ["C:A", "C:A.RTYP", "C:A.DESC", "C:A.EGU"]
        values = {name: served.value(name) for name in names}
        assert values["C:A.RTYP"] == "ai"
        assert served.backend("C:A").metadata.dtype == "number"


def test_what_the_server_refuses_reaches_the_caller():
    with caproto_example("simple") as served:
        backend = served.backend("C:A")
        backend.put(3).wait(10)
        assert served.value("C:A") == 3


def test_a_motor_of_the_example_moves_to_its_place():
    with caproto_example("fake_motor_record") as served:
        motor = Motor("C:mtr2", "m", backend=lambda name: served.asked(name), move_timeout_s=30)
        motor.connect(timeout_s=30)
        until(lambda: motor.limits == (-10.0, 20.0), "the limits that the example sets at its start")
        motor.set(1.0).wait(30)
        assert motor.readback.get() == pytest.approx(1.0)
        with pytest.raises(ValueError, match="its limits are -10 to 20"):
            motor.set(20.5)


def test_a_monitor_follows_a_random_walk():
    with caproto_example("random_walk") as served:
        seen = []
        signal = WritableSignal(served.backend("C:x"), "x")
        served.backend("C:dt").put(0.02).wait(10)
        signal.subscribe(lambda reading: seen.append(reading["x"]["value"]))
        until(lambda: len(set(seen)) > 5, "some steps of the walk")
