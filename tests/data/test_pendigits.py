"""The digits with a pen: what was derived from the package, the two groups of writers apart."""

import numpy as np

from lstmlib.data import derived, pendigits


def test_all_digits_are_there_and_the_other_writers_come_last():
    found = pendigits()
    assert found.points.shape == (10992, 8, 2)
    assert (found.points.min(), found.points.max()) == (0.0, 100.0)
    # how many of each digit UCI's description gives for the files of the 30 writers and of the 14
    assert np.bincount(found.learn().digit).tolist() == [780, 779, 780, 719, 780, 720, 720, 778, 719, 719]
    assert np.bincount(found.test().digit).tolist() == [363, 364, 364, 336, 364, 335, 336, 364, 336, 336]
    assert found.learn().points[0].tolist()[:2] == [[47, 100], [27, 81]]
    # the first seven of pendigits.tes; KEEL moved the eighth and the ninth, with a tenth of all, to its file's end
    assert found.test().digit[:7].tolist() == [8, 8, 8, 9, 9, 1, 4]
    assert found.test().digit[3164:3166].tolist() == [7, 9]
    assert found.test().points[3164].ravel().tolist() == [3, 71, 0, 95, 45, 100, 100, 99, 79, 78, 48, 53, 31, 24, 54, 0]


def test_each_digit_fills_its_longer_side():
    points = pendigits().points
    side = np.ptp(points, axis=1).max(1)
    assert (side == 100).all()


def test_the_file_is_put_into_order():
    rows = [",".join([str(n % 101)] * 16 + [str(n % 10)]) for n in range(10992)]
    made = derived.DERIVE["pendigits.bin"]({"x": ("@data\n" + "\n".join(rows) + "\n").encode()})
    first = np.frombuffer(made, np.uint8).reshape(-1, 17)[:, 0].astype(int)
    order = np.r_[np.arange(6728), np.arange(9892, 10658), np.arange(6728, 9892), np.arange(10658, 10992)]
    assert first.tolist() == (order % 101).tolist()
