"""The next frame of a film: what is read and predicted, that a stopped run goes on, and what is stored."""

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from lstmlib.studies.protocol import beyond
from lstmlib.studies.variants import film, filmed
from lstmlib.studies.variants.film import Net, errors, given, simple, windows
from lstmlib.studies.variants.filmed import KINDS, SEEDS, TEST, VALIDATION, load, picture


def test_the_last_of_seven_frames_is_to_be_predicted():
    frames = windows((0, 3))
    assert frames.shape == (7, 2 * 22, 36, 64)
    shots = film.film()
    np.testing.assert_allclose(frames[:, 0], shots[0, :7], atol=1e-6)
    np.testing.assert_allclose(frames[:, -1], shots[3, -7:], atol=1e-6)
    x, target = given(frames)
    assert x.shape == (5, 44, 2, 36, 64)
    np.testing.assert_allclose(x[-1, :, 0] + 0.5, frames[-2], atol=1e-6)  # the newest frame that is read
    np.testing.assert_allclose(x[-1, :, 1] / film.GAIN, frames[-2] - frames[-3], atol=1e-6)
    np.testing.assert_allclose(frames[-2] + target[-1] / film.GAIN, frames[-1], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_net_begins_as_copying_and_sees_nothing_that_comes_later(kind):
    net = Net(kind)
    x = torch.randn(5, 1, 2, 12, 12)
    assert not net(x).any()
    for value in net.readout.parameters():
        torch.nn.init.normal_(value)
    before, later = net(x), x.clone()
    later[3:] += 1.0
    np.testing.assert_array_equal(net(later)[:3].detach(), before[:3].detach())
    early = x.clone()
    early[0] += 1.0
    assert (net(early)[-1] != before[-1]).any() == (kind == "ConvLSTM")  # it alone remembers
    one = x.clone()
    one[-1, 0, 0, 6, 6] += 1.0
    rows, columns = (net(one)[-1, 0] - before[-1, 0]).detach().nonzero().T
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 8, 4, 8)  # as far as the regression sees


def test_a_linear_film_is_foreseen_by_what_is_linear(monkeypatch):
    start, step = np.random.default_rng(0).uniform(0.3, 0.6, (2, 10, 1, 36, 64))
    monkeypatch.setattr(film, "film", lambda: start + 0.01 * np.arange(28)[:, None, None] * step)
    test, found = windows(TEST), simple()
    missed = {name: max(errors(forecast, test, len(TEST))) for name, forecast in found.items()}
    assert missed["last frame"] > 1e-6
    assert max(missed["last frame and its change"], missed["regression"]) < 1e-9


def test_a_stopped_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(film, "KINDS", ("convolution",))
    monkeypatch.setattr(film, "RATES", (0.001, 0.003))
    for module in (film, filmed):
        monkeypatch.setattr(module, "VALIDATION", (100,))
    monkeypatch.setattr(film, "SEEDS", (0,))
    monkeypatch.setattr(film.protocol, "beyond", lambda rate, rates: None)
    monkeypatch.setattr(film, "simple", dict)
    path = tmp_path / "film.jsonl"
    film.run(path, updates=2)
    whole = path.read_text()
    assert [(one.seed, len(one.frames)) for one in load(path)] == [(100, 0), (100, 0), (0, 4)]
    path.write_text("".join(whole.splitlines(keepends=True)[:1]))
    film.run(path, updates=2)
    assert path.read_text() == whole


def test_what_is_stored_is_whole():
    lines = load()
    for kind in KINDS:
        chosen, nets = filmed.tested(kind)
        rates = sorted({one.rate for one in lines if one.kind == kind and one.seed in VALIDATION})
        assert beyond(chosen.rate, rates) is None
        assert [one.seed for one in nets] == list(SEEDS)
        assert {one.parameters for one in nets} == {Net(kind).num_parameters}
        assert np.shape([one.half + one.whole for one in nets]) == (10, 2 * len(TEST))
        frames = film.film()[TEST[0]]
        middle = 6 + (len(frames) - 6) // 2
        nearer, further = (((picture(nets[0], 0) - frames[k]) ** 2).mean() for k in (middle, middle - 2))
        assert nearer < further
    test = windows(TEST)
    (copied,) = (one for one in lines if one.kind == "last frame")
    assert errors(test[-2], test, len(TEST)) == pytest.approx(copied.whole, rel=1e-3)
    assert {one.kind for one in lines} == {*KINDS, "last frame", "last frame and its change", "regression"}
