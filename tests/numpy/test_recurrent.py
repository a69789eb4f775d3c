"""What every recurrent layer must be: differences, steps, batches, layers, lengths, counts."""

import re

import numpy as np
import pytest
from cells import ALL, FULL, arrays, assert_close, bidirectional, random_state
from hypothesis import given
from hypothesis import strategies as st

import lstmlib.numpy as ln
from lstmlib.numpy.recurrent import spans

T, N, D, H = 6, 3, 3, 4
LAYERS = {
    **ALL,
    **{
        f"{name}, 2 layers": lambda D, H, rng=None, cell=cell: cell(D, H, num_layers=2, rng=rng)
        for name, cell in ALL.items()
    },
    **{f"{name}, both ways": bidirectional(cell) for name, cell in ALL.items()},
}
FULL_LAYERS = {name: layer for name, layer in LAYERS.items() if "truncated" not in name}
layers = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
LENGTHS = np.array([4, 6, 1])


class WithLengths:
    """A layer whose sequences end early, with the contract that ``check_gradients`` knows."""

    def __init__(self, layer, lengths):
        self.layer, self.lengths, self.params = layer, lengths, layer.params
        self.initial_state, self.backward = layer.initial_state, layer.backward

    def forward(self, x, state=None):
        return self.layer.forward(x, state, self.lengths)


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["equal lengths", "lengths"])
@pytest.mark.parametrize("make", FULL_LAYERS.values(), ids=FULL_LAYERS)
def test_differences_for_every_argument(make, lengths, rng):
    layer = make(2, 2, rng=rng)
    x, state = rng.standard_normal((T, N, 2)), random_state(layer, N, rng)
    checked = layer if lengths is None else WithLengths(layer, lengths)
    differences = ln.check_gradients(checked, x, state)
    assert set(differences) == {"x", *(f"state[{k}]" for k in range(len(arrays(state)))), *layer.params}
    assert max(differences.values()) < 1e-6, differences


@pytest.mark.parametrize(
    "make", [m for n, m in LAYERS.items() if "both ways" not in n], ids=[n for n in LAYERS if "both ways" not in n]
)
def test_steps_one_at_a_time_are_the_sequence(make, rng):
    layer = make(D, H, rng=rng)
    x, state = rng.standard_normal((T, N, D)), random_state(layer, N, rng)
    y, last, cache = layer.forward(x, state)
    dy, dlast = rng.standard_normal(y.shape), random_state(layer, N, rng)
    dx, dfirst, grads = layer.backward(cache, dy, dlast)

    caches, parts = [], []
    for t in range(T):
        part, state, cache = layer.forward(x[t : t + 1], state)
        caches.append(cache)
        parts.append(part)
    total = {name: np.zeros_like(value) for name, value in grads.items()}
    dparts, dstate = [], dlast
    for t in reversed(range(T)):
        dpart, dstate, more = layer.backward(caches[t], dy[t : t + 1], dstate)
        dparts.insert(0, dpart)
        for name, value in more.items():
            total[name] += value
    assert_close([np.concatenate(parts), *arrays(state)], [y, *arrays(last)])
    assert_close([np.concatenate(dparts), *arrays(dstate), *total.values()], [dx, *arrays(dfirst), *grads.values()])


@layers
def test_a_batch_is_its_sequences_each_at_its_own_length(make, rng):
    layer = make(D, H, rng=rng)
    x, state = rng.standard_normal((T, N, D)), random_state(layer, N, rng)
    y, last, cache = layer.forward(x, state, LENGTHS)
    dy, dlast = rng.standard_normal(y.shape), random_state(layer, N, rng)
    dx, dfirst, grads = layer.backward(cache, dy, dlast)

    total = {name: np.zeros_like(value) for name, value in grads.items()}
    for n, length in enumerate(LENGTHS):
        alone = [array[..., n : n + 1, :] for array in arrays(state)]
        dalone = [array[..., n : n + 1, :] for array in arrays(dlast)]
        y_n, last_n, cache = layer.forward(x[:length, n : n + 1], tuple(alone) if len(alone) > 1 else alone[0])
        dx_n, dfirst_n, grads_n = layer.backward(
            cache, dy[:length, n : n + 1], tuple(dalone) if len(dalone) > 1 else dalone[0]
        )
        assert_close([y[:length, n : n + 1], dx[:length, n : n + 1]], [y_n, dx_n])
        assert_close([array[..., n : n + 1, :] for array in arrays(last)], arrays(last_n))
        assert_close([array[..., n : n + 1, :] for array in arrays(dfirst)], arrays(dfirst_n))
        assert not y[length:, n].any()
        assert not dx[length:, n].any()
        for name, value in grads_n.items():
            total[name] += value
    assert_close(total.values(), grads.values())


@layers
def test_padding_never_leaks(make, rng):
    layer = make(D, H, rng=rng)
    x = rng.standard_normal((T, N, D))
    y, last, cache = layer.forward(x, lengths=LENGTHS)
    dy = rng.standard_normal(y.shape)
    dx, dfirst, grads = layer.backward(cache, dy)
    past = np.arange(T)[:, None] >= LENGTHS
    for value in (np.nan, np.inf, 1e300):
        x[past], dy[past] = value, value
        y2, last2, cache = layer.forward(x, lengths=LENGTHS)
        dx2, dfirst2, grads2 = layer.backward(cache, dy)
        pairs = zip(
            [y, *arrays(last), dx, *arrays(dfirst), *grads.values()],
            [y2, *arrays(last2), dx2, *arrays(dfirst2), *grads2.values()],
            strict=True,
        )
        for have, want in pairs:
            np.testing.assert_array_equal(have, want)


@layers
def test_full_lengths_change_nothing(make, rng):
    layer, x = make(D, H, rng=rng), rng.standard_normal((T, N, D))
    y, last, _ = layer.forward(x)
    y2, last2, _ = layer.forward(x, lengths=np.full(N, T))
    for have, want in zip([y, *arrays(last)], [y2, *arrays(last2)], strict=True):
        np.testing.assert_array_equal(have, want)


@layers
def test_backward_leaves_its_arguments_and_the_cache_alone(make, rng):
    layer = make(D, H, rng=rng)
    y, last, cache = layer.forward(rng.standard_normal((T, N, D)))
    dy, dlast = rng.standard_normal(y.shape), random_state(layer, N, rng)
    kept = [array.copy() for array in (dy, *arrays(dlast))]
    first = layer.backward(cache, dy, dlast)
    for array in (y, *arrays(last)):
        array[:] = np.nan
    second = layer.backward(cache, dy, dlast)
    for have, want in zip((dy, *arrays(dlast)), kept, strict=True):
        np.testing.assert_array_equal(have, want)
    for name in layer.params:
        np.testing.assert_array_equal(first[2][name], second[2][name])


@layers
def test_float32_stays_float32(make):
    layer = make(D, H, rng=np.random.default_rng(0))
    for value in layer.params.values():
        assert value.dtype == np.float64
    small = make(D, H, rng=np.random.default_rng(0))
    parts = [small.forward_layer, small.backward_layer] if isinstance(small, ln.Bidirectional) else [small]
    for part in parts:
        part.params = {name: value.astype(np.float32) for name, value in part.params.items()}
    x = np.random.default_rng(1).standard_normal((T, N, D))
    y, last, cache = small.forward(x.astype(np.float32), lengths=LENGTHS)
    dx, dfirst, grads = small.backward(cache, np.ones_like(y))
    out = [y, *arrays(last), dx, *arrays(dfirst), *grads.values()]
    assert {array.dtype for array in out} == {np.dtype(np.float32)}
    assert_close([y], [layer.forward(x, lengths=LENGTHS)[0]], 1e-5)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_spans_cover_every_step_of_every_sequence_once(lengths):
    lengths = np.array(lengths)
    seen = np.zeros((9, len(lengths)), int)
    for start, stop, going in spans(lengths):
        seen[start:stop, going] += 1
    np.testing.assert_array_equal(seen, np.arange(9)[:, None] < lengths)


def test_a_stack_is_its_layers_one_on_the_other(rng):
    for name, cell in FULL.items():
        stack = cell(D, H, num_layers=2, rng=rng)
        x, state = rng.standard_normal((T, N, D)), random_state(stack, N, rng)
        y, last, _ = stack.forward(x, state)
        width, below, above = stack.hidden_size, cell(D, H), cell(stack.hidden_size, H)
        for k, layer in enumerate((below, above)):
            for key in layer.params:
                layer.params[key] = stack.params[key.replace("_l0", f"_l{k}")]
        parts = [arrays(state)[0][0]] if not isinstance(state, tuple) else None
        one = [tuple(a[k] for a in state) if parts is None else state[k] for k in range(2)]
        middle, last_below, _ = below.forward(x, one[0])
        top, last_above, _ = above.forward(middle, one[1])
        assert middle.shape == (T, N, width), name
        assert_close([y], [top])
        for whole, a, b in zip(arrays(last), arrays(last_below), arrays(last_above), strict=True):
            assert_close([whole], [np.stack([a, b])])


COUNTS = {
    "RNN tanh": lambda d, h: h * (h + d + 1),
    "LSTM": lambda d, h: 4 * h * (h + d + 1),
    "PeepholeLSTM": lambda d, h: 4 * h * (h + d + 1) + 3 * h,
    "CoupledLSTM": lambda d, h: 3 * h * (h + d + 1),
    "CoupledLSTM peephole": lambda d, h: 3 * h * (h + d + 1) + 2 * h,
    "ProjectedLSTM": lambda d, h: 4 * (h + 2) * (h + d + 1) + h * (h + 2),
    "GRU before": lambda d, h: 3 * h * (h + d + 1),
    "GRU after": lambda d, h: 3 * h * (h + d + 1) + h,
    "LSTM1997": lambda d, b: 4 * b * (d + 4 * b + 1),  # blocks of two cells: 4 units each
    "LSTM1997 gates biased": lambda d, b: 4 * b * (d + 4 * b) + 2 * b,
    "LSTM1997 no bias": lambda d, b: 4 * b * (d + 4 * b),
}


@pytest.mark.parametrize(("name", "count"), COUNTS.items(), ids=COUNTS)
def test_counts_are_the_formula_and_the_arrays(name, count):
    for d, h in [(1, 1), (3, 4), (10, 7)]:
        layer = ALL[name](d, h)
        assert layer.num_parameters == layer.num_operations == count(d, h)
        second_biases = sum(value.size for key, value in layer.params.items() if key.startswith("bias_hh"))
        counted_anyway = h if name == "GRU after" else 0  # b_hn is inside the reset gate's product
        there = sum(value.size for value in layer.params.values())
        assert there == layer.num_parameters + second_biases - counted_anyway
        stacked, both = ALL[name](d, h, num_layers=3), bidirectional(ALL[name])(d, h)
        width = layer.hidden_size
        assert stacked.num_parameters == count(d, h) + 2 * ALL[name](width, h).num_parameters
        assert both.num_parameters == both.num_operations == 2 * count(d, h)


def test_torch_s_second_biases_add_4h_to_an_lstm():
    layer = ln.LSTM(3, 5)
    assert sum(value.size for value in layer.params.values()) == 4 * 5 * (5 + 3 + 1) + 4 * 5


BAD_LENGTHS = {
    "shape": (np.array([1, 2]), ValueError, "lengths has shape (2,), expected integers from 1 to 6 of shape (3,)"),
    "zero": (
        np.array([0, 2, 3]),
        ValueError,
        "lengths of shape (3,) runs from 0 to 3, expected integers from 1 to 6 of shape (3,)",
    ),
    "too long": (np.array([1, 2, 7]), ValueError, "lengths of shape (3,) runs from 1 to 7, expected"),
    "floats": (np.array([1.0, 2.0, 3.0]), TypeError, "lengths of shape (3,) has dtype float64, expected integers"),
    "a list": ([1, 2, 3], TypeError, "lengths is a list, expected"),
}


@pytest.mark.parametrize(("lengths", "error", "message"), BAD_LENGTHS.values(), ids=BAD_LENGTHS)
@pytest.mark.parametrize("make", [ln.LSTM, bidirectional(ln.LSTM)], ids=["LSTM", "Bidirectional"])
def test_bad_lengths(make, lengths, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make(D, H).forward(np.zeros((T, N, D)), lengths=lengths)


@pytest.mark.parametrize("make", [ln.LSTM, bidirectional(ln.LSTM)], ids=["LSTM", "Bidirectional"])
def test_a_wrong_x_is_said_before_its_lengths(make):
    for x, error, message in [
        (None, TypeError, "x is a NoneType, expected a float array"),
        ([[1.0], [1.0, 2.0]], TypeError, "x is a list, expected a float array"),
        (np.zeros((T, D)), ValueError, f"x has shape ({T}, {D}), expected (T, N, {D})"),
        (np.zeros((0, N, D)), ValueError, f"x has shape (0, {N}, {D}), which is empty"),
        (np.zeros((T, 0, D)), ValueError, f"x has shape ({T}, 0, {D}), which is empty"),
        (np.zeros((T, N, D), int), TypeError, f"x of shape ({T}, {N}, {D}) has dtype int64"),
    ]:
        with pytest.raises(error, match=re.escape(message)):
            make(D, H).forward(x, lengths=LENGTHS)


@layers
def test_bad_input(make):
    layer = make(D, H)
    with pytest.raises(ValueError, match=re.escape(f"x has shape (6, 3, 4), expected (T, N, {D})")):
        layer.forward(np.zeros((T, N, D + 1)))
    with pytest.raises(ValueError, match=re.escape("x of shape (6, 3, 3) is NaN at index (0, 0, 0)")):
        layer.forward(np.full((T, N, D), np.nan), lengths=LENGTHS)
    y, last, cache = layer.forward(np.zeros((T, N, D)), lengths=LENGTHS)
    with pytest.raises(ValueError, match="dy has shape"):
        layer.backward(cache, y[1:])
    with pytest.raises(TypeError, match="dy of shape"):
        layer.backward(cache, y.astype(int))
    with pytest.raises((ValueError, TypeError), match="dstate"):
        layer.backward(cache, y, tuple(part[..., :-1] for part in arrays(last)))
    with pytest.raises((ValueError, TypeError), match="state"):
        layer.forward(np.zeros((T, N, D)), "nothing")


def test_states_of_a_stack_are_checked_with_their_layers():
    with pytest.raises(ValueError, match=re.escape("state[1] (c) has shape (3, 4), expected (2, 3, 4)")):
        ln.LSTM(D, H, num_layers=2).forward(np.zeros((T, N, D)), (np.zeros((2, N, H)), np.zeros((N, H))))


@pytest.mark.parametrize("num_layers", [0, 1.0, True])
def test_bad_num_layers(num_layers):
    with pytest.raises((ValueError, TypeError), match=f"num_layers is {num_layers}, expected a positive integer"):
        ln.GRU(D, H, num_layers=num_layers)


def test_a_model_stops_where_its_sequences_stop(rng):
    model = ln.SequenceModel(ln.LSTM(D, H, rng=rng), ln.Linear(H, 2, rng=rng))
    differences = ln.check_gradients(WithLengths(model, LENGTHS), rng.standard_normal((T, N, D)))
    assert max(differences.values()) < 1e-6, differences
    y, _, cache = model.forward(rng.standard_normal((T, N, D)), lengths=LENGTHS)
    past = np.arange(T)[:, None] >= LENGTHS
    assert not y[past].any()
    dy = np.where(past[..., None], np.nan, 1.0) * np.ones_like(y)
    clean = model.backward(cache, np.where(past[..., None], 0.0, dy))
    np.testing.assert_array_equal(model.backward(cache, dy)[2]["readout.bias"], clean[2]["readout.bias"])


def test_forget_bias_of_every_layer():
    made = [(ln.LSTM, slice(H, 2 * H)), (ln.PeepholeLSTM, slice(H, 2 * H)), (ln.CoupledLSTM, slice(0, H))]
    made += [(lambda D, H, **more: ln.ProjectedLSTM(D, H + 2, H, **more), slice(H + 2, 2 * H + 4))]
    for make, rows in made:
        layer = make(D, H, forget_bias=1.5, num_layers=2)
        for k in range(2):
            total = layer.params[f"bias_ih_l{k}"] + layer.params[f"bias_hh_l{k}"]
            np.testing.assert_array_equal(total[rows], 1.5)
