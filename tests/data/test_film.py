"""The shots of a film: what they show, and how a frame is made small."""

import bz2
import io
import zipfile

import numpy as np
import pytest

from lstmlib.data import derived, film


def test_the_shots():
    shots = film()
    assert shots.shape == (10, 28, 36, 64)
    assert 0.0 <= shots.min() < 0.02
    assert shots.max() == 1.0
    steps = (np.diff(shots, axis=1) ** 2).mean((2, 3))  # (shots, 27)
    assert (steps.mean(1) > 1e-4).all()  # something moves in each
    assert steps.max() < 0.01  # and none has a cut in it
    between = ((shots[1:, 0] - shots[:-1, -1]) ** 2).mean((1, 2))
    assert between.min() > 2 * steps.max()


def test_a_place_is_the_mean_of_its_pixels(monkeypatch):
    av = pytest.importorskip("av", reason="PyAV decodes the film: make data")
    monkeypatch.setattr(derived, "SHOTS", (1, 5))
    monkeypatch.setattr(derived, "FRAMES", 2)
    luma = np.random.default_rng(0).integers(16, 236, (8, 36, 64)).repeat(20, 1).repeat(20, 2).astype(np.uint8)
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", 24, options={"qp": "0"})  # without loss
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for frame in luma:
            planes = np.concatenate([frame, np.full((360, 1280), 128, np.uint8)])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(planes, "yuv420p")))
        out.mux(stream.encode(None))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("moviepy_10_minutes/resources/bbb.mp4", file.getvalue())
    found = np.frombuffer(bz2.decompress(derived.DERIVE["bigbuckbunny.bin.bz2"]({"zip": archive.getvalue()})), np.uint8)
    small = luma[[1, 2, 5, 6], ::20, ::20].reshape(2, 2, 36, 64)
    np.testing.assert_array_equal(found.reshape(2, 2, 36, 64).cumsum(1, dtype=np.uint8), small)
