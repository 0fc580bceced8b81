"""A frame file can be read while it grows, and is never written over another."""

import h5py
import numpy as np
import pytest

from acquisition.devices.sim.frame_file import DATASET, TIMES, FrameFile


def test_a_reader_sees_each_frame_while_the_writer_goes_on(tmp_path):
    writer = FrameFile(tmp_path, "a.h5", (3, 4))
    writer.append(np.full((3, 4), 1, np.uint16), 10.0)
    with h5py.File(tmp_path / "a.h5", "r", swmr=True) as reader:
        frames, times = reader[DATASET], reader[TIMES]
        assert frames.shape == (1, 3, 4)
        assert writer.append(np.full((3, 4), 2, np.uint16), 11.0) == 2
        frames.refresh()
        times.refresh()
        assert frames.shape == (2, 3, 4)
        assert int(frames[1].min()) == 2
        assert list(times) == [10.0, 11.0]
    writer.close()


@pytest.mark.parametrize(
    "name", ["../a.h5", "/a.h5", "a.txt", ".h5", "", "a/b.h5", "a\0.h5", "x" * 300 + ".h5"]
)
def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="no file name"):
        FrameFile(tmp_path, name, (3, 4))
    assert list(tmp_path.iterdir()) == []


def test_frames_are_never_written_over_others(tmp_path):
    FrameFile(tmp_path, "a.h5", (3, 4)).close()
    with pytest.raises(FileExistsError):
        FrameFile(tmp_path, "a.h5", (3, 4))
