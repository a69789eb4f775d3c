"""ConvLSTM: a picture of one place is an LSTM; how far it sees; the numbers of parameters that the paper reports."""

import itertools
import re

import numpy as np
import pytest
from cells import assert_close

from lstmlib.numpy import LSTM, ConvLSTM, PeepholeLSTM
from lstmlib.numpy.convlstm import convolve


def test_convolution_entry_by_entry(rng):
    x, kernel = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, 3, 3, 3))
    y = convolve(x, kernel)
    for n, r, row, column in np.ndindex(y.shape):
        want = 0.0
        for c, a, b in np.ndindex(3, 3, 3):
            i, j = row + a - 1, column + b - 1
            if 0 <= i < 4 and 0 <= j < 5:
                want += kernel[r, c, a, b] * x[n, c, i, j]
        assert y[n, r, row, column] == pytest.approx(want, abs=1e-13)


@pytest.mark.parametrize("peephole", [False, True])
@pytest.mark.parametrize("kernel_size", [1, 3])
def test_a_picture_of_one_place_is_an_lstm(peephole, kernel_size, rng):
    T, N, C, M = 5, 3, 2, 4
    conv = ConvLSTM(C, M, kernel_size, peephole=peephole, rng=rng)
    lstm = (PeepholeLSTM if peephole else LSTM)(C, M, rng=rng)
    middle = kernel_size // 2
    lstm.params["weight_ih_l0"][:] = conv.params["weight_ih"][:, :, middle, middle]
    lstm.params["weight_hh_l0"][:] = conv.params["weight_hh"][:, :, middle, middle]
    lstm.params["bias_ih_l0"][:], lstm.params["bias_hh_l0"][:] = conv.params["bias"], 0.0
    if peephole:
        lstm.params["weight_ch_l0"][:] = conv.params["weight_ch"]
    x, state = rng.standard_normal((T, N, C)), tuple(rng.standard_normal((N, M)) for _ in range(2))
    dy = rng.standard_normal((T, N, M))

    y, last, cache = lstm.forward(x, state)
    dx, dstate, grads = lstm.backward(cache, dy)
    y2, last2, cache2 = conv.forward(x[..., None, None], tuple(part[..., None, None] for part in state))
    dx2, dstate2, grads2 = conv.backward(cache2, dy[..., None, None])
    assert_close([array[..., 0, 0] for array in (y2, *last2, dx2, *dstate2)], [y, *last, dx, *dstate])
    assert_close([grads2["weight_ih"][..., middle, middle]], [grads["weight_ih_l0"]])
    assert_close([grads2["weight_hh"][..., middle, middle]], [grads["weight_hh_l0"]])
    assert_close([grads2["bias"]], [grads["bias_ih_l0"]])


def test_steps_one_at_a_time_are_the_sequence(rng):
    layer, x = ConvLSTM(2, 3, 3, peephole=True, rng=rng), rng.standard_normal((4, 2, 2, 3, 5))
    y, last, cache = layer.forward(x)
    dy = rng.standard_normal(y.shape)
    dx, dfirst, grads = layer.backward(cache, dy)
    state, caches, outputs = None, [], []
    for t in range(4):
        part, state, cache = layer.forward(x[t : t + 1], state)
        outputs.append(part)
        caches.append(cache)
    dstate, dparts, total = None, [], dict.fromkeys(grads, 0.0)
    for t in reversed(range(4)):
        dpart, dstate, more = layer.backward(caches[t], dy[t : t + 1], dstate)
        dparts.insert(0, dpart)
        total = {name: total[name] + more[name] for name in total}
    assert_close([np.concatenate(outputs), *state], [y, *last])
    assert_close([np.concatenate(dparts), *dstate, *total.values()], [dx, *dfirst, *grads.values()])


def test_a_spot_spreads_by_half_a_kernel_a_step(rng):
    layer = ConvLSTM(1, 2, 3, hidden_kernel_size=5, rng=rng)
    x = np.zeros((4, 1, 1, 21, 21))
    background, _, _ = layer.forward(x)
    x[0, 0, 0, 10, 10] = 1.0
    y, _, _ = layer.forward(x)
    for t in range(4):
        rows, columns = np.nonzero((y[t, 0] != background[t, 0]).any(0))
        reach = 1 + 2 * t
        assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10 - reach, 10 + reach) * 2


def forecaster(kernel_size, hidden_kernel_size, *channels):
    """Count the net of Shi et al. (2015) for moving digits: encoder, forecaster without input, a 1 x 1 read-out.

    Pictures are cut into 4 x 4 patches: 16 channels. The read-out sees the hidden channels of all layers.
    """
    total, options = 0, {"hidden_kernel_size": hidden_kernel_size, "peephole": True}
    for below, above in itertools.pairwise((16, *channels)):
        total += ConvLSTM(below, above, kernel_size, **options).num_parameters
    first = ConvLSTM(1, channels[0], kernel_size, **options)
    total += first.num_parameters - first.params["weight_ih"].size
    for below, above in itertools.pairwise(channels):
        total += ConvLSTM(below, above, kernel_size, **options).num_parameters
    return total + (sum(channels) + 1) * 16


@pytest.mark.parametrize(
    ("kernel_size", "hidden_kernel_size", "channels", "reported"),
    [
        (5, 5, (256,), 13_524_496),
        (5, 5, (128, 128), 10_042_896),
        (5, 5, (128, 64, 64), 7_585_296),
        (9, 1, (128, 128), 11_550_224),
        (9, 1, (128, 64, 64), 8_830_480),
    ],
)
def test_one_peephole_a_channel_is_what_the_paper_counts(kernel_size, hidden_kernel_size, channels, reported):
    assert forecaster(kernel_size, hidden_kernel_size, *channels) == reported


def test_counts(rng):
    layer = ConvLSTM(2, 3, 5, hidden_kernel_size=3, peephole=True)
    assert layer.num_parameters == 4 * 3 * (2 * 25 + 3 * 9 + 1) + 3 * 3
    assert layer.num_parameters == sum(value.size for value in layer.params.values())
    assert layer.num_operations(7, 4) == 28 * layer.num_parameters


def test_forget_bias():
    layer = ConvLSTM(2, 3, 3, forget_bias=1.5)
    np.testing.assert_array_equal(layer.params["bias"][3:6], 1.5)
    assert (np.abs(layer.params["bias"][[0, 1, 2, 6, 7, 8, 9, 10, 11]]) < 1.0).all()


def test_bad_arguments():
    with pytest.raises(ValueError, match="kernel_size is 4, expected an odd integer"):
        ConvLSTM(2, 3, 4)
    with pytest.raises(ValueError, match="hidden_kernel_size is 0, expected a positive integer"):
        ConvLSTM(2, 3, 3, hidden_kernel_size=0)
    with pytest.raises(TypeError, match="in_channels is 'a', expected a positive integer"):
        ConvLSTM("a", 3, 3)


def test_bad_state():
    layer, x, good = ConvLSTM(2, 3, 3), np.zeros((4, 2, 2, 5, 6)), np.zeros((2, 3, 5, 6))
    for state, error, message in [
        (good, TypeError, "state is an ndarray, expected a pair (h, c), each (2, 3, 5, 6)"),
        ((good, good[..., :5]), ValueError, "state[1] (c) has shape (2, 3, 5, 5), expected (2, 3, 5, 6)"),
    ]:
        with pytest.raises(error, match=re.escape(message)):
            layer.forward(x, state)
        y, _, cache = layer.forward(x)
        with pytest.raises(error, match=re.escape(f"d{message}")):
            layer.backward(cache, y, state)
