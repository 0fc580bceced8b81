"""Processes are loaded while the database is prepared, and begin when it is."""

import threading

from config.preparing import preparing, wait_until_prepared

DEADLINE_S = 20.0


def test_who_is_loaded_waits_until_all_is_prepared(tmp_path):
    began = threading.Event()

    def load():
        wait_until_prepared(tmp_path)
        began.set()

    process = threading.Thread(target=load)
    with preparing(tmp_path):
        process.start()
        assert not began.wait(0.05)
    assert began.wait(DEADLINE_S)
    process.join()


def test_nobody_waits_where_nobody_prepares(tmp_path):
    wait_until_prepared(tmp_path)
    with preparing(tmp_path):
        pass
    wait_until_prepared(tmp_path)
