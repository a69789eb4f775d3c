"""The compiled nets are the readable ones: outputs, and weights after hundreds of updates."""

import numpy as np
import pytest

from lstmlib.numpy import GRU, RNN, Adam, Linear, SequenceModel, cross_entropy, squared_error, train
from lstmlib.numpy.losses import binary_cross_entropy
from lstmlib.studies.cells import compiled
from lstmlib.studies.cells.compiled import LANES, workspace
from lstmlib.studies.cells.kinds import BINARY, CELLS, CHANGED, CLASSES, SQUARED, arrays, count, shape_of, start
from lstmlib.studies.cells.trials import in_lanes, read
from lstmlib.studies.variants import Cells, Nets
from lstmlib.studies.variants.depth import clip_each
from lstmlib.tasks import Batch

LOSSES = {SQUARED: squared_error, CLASSES: cross_entropy, BINARY: binary_cross_entropy}
T, D, H, OUT, U = 7, 3, 4, 2, 200


def batches(loss, rng):
    """Noise with answers that depend on it, and steps that don't count."""
    for _ in range(U):
        x = rng.standard_normal((T, LANES, D))
        mask = rng.random((T, LANES)) < 0.6
        y = np.stack([np.tanh(x.cumsum(0)[..., 0]), x[..., 1]], -1)
        yield x, {CLASSES: y.argmax(-1), BINARY: (y > 0).astype(float), SQUARED: y}[loss], mask


def taught(shape, flat, loss, given, rate):
    """Train a compiled net; return its arrays and its read-outs."""
    xs, targets, masks = (np.stack(part) for part in zip(*given, strict=True))
    share = masks / masks.sum((1, 2), keepdims=True)
    target = np.eye(OUT)[targets] if loss == CLASSES else targets
    x = np.concatenate([in_lanes(one, T).reshape(1, T * D, LANES) for one in xs])
    target = np.concatenate([in_lanes(one, T) for one in target])
    work = workspace(shape, T)
    compiled.train(shape, flat, work, x, loss, target, share, 0, rate)
    return arrays(flat[0], shape), read(shape, flat[0], work, x[:1])


def taught_readably(model, loss, given, rate):
    """Train a model of the library."""
    adam = Adam(model.params, rate)
    rows = (Batch(x, target, mask, np.full(LANES, T)) for x, target, mask in given)
    for _ in train(model, rows, LOSSES[loss], adam, max_norm=1.0):
        pass
    return model.forward(given[0][0])[0]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cell", ["GRU", "GRU before", "RNN"])
def test_gru_and_plain_nets_learn_what_the_library_s_learn(cell, loss):
    shape = shape_of(cell, D, H, OUT)
    flat = start(shape, 1.0, np.random.default_rng(0))
    p = arrays(flat[0].copy(), shape)
    layer = RNN(D, H) if cell == "RNN" else GRU(D, H, reset="before" if "before" in cell else "after")
    layer.params["weight_ih_l0"][:], layer.params["weight_hh_l0"][:] = p["ih"], p["hh"]
    layer.params["bias_ih_l0"][:], layer.params["bias_hh_l0"][:] = p["bias"], 0.0
    if cell == "GRU":
        layer.params["bias_hh_l0"][2 * H :] = p["ch"]
    readout = Linear(H, OUT)
    readout.params["weight"][:], readout.params["bias"][:] = p["out"], p["out_bias"]
    given = list(batches(loss, np.random.default_rng(1)))
    # Of the library's two biases a compiled net has the sum: held at 0, the second gets no gradient.
    second = [name for name in layer.params if name.startswith("bias_hh")]
    model = SequenceModel(layer, readout)
    model = hold(model, second, slice(0, 2 * H) if cell == "GRU" else slice(None))
    y = taught_readably(model, loss, given, 0.01)
    mine, read_out = taught(shape, flat, loss, given, 0.01)
    np.testing.assert_allclose(mine["hh"], layer.params["weight_hh_l0"], atol=1e-9)
    np.testing.assert_allclose(mine["bias"], layer.params["bias_ih_l0"], atol=1e-9)
    np.testing.assert_allclose(read_out, y, atol=1e-9)


def hold(model, names, rows):
    """Return the model with some biases' gradients set to 0."""
    backward = model.backward

    def held(*arguments):
        grads = backward(*arguments)
        found = grads[-1] if isinstance(grads, tuple) else grads
        for name in found:
            if any(name.endswith(other) for other in names):
                found[name][rows] = 0.0
        return grads

    model.backward = held
    return model


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cell", CHANGED)
def test_an_lstm_learns_what_the_readable_one_learns(cell, loss):
    shape = shape_of(cell, D, H, OUT)
    flat = start(shape, 1.0, np.random.default_rng(0))
    net = Nets([Cells(1, D, H, CHANGED[cell])], OUT)
    names = {"ih": "weight_ih", "hh": "weight_hh", "bias": "bias", "ch": "weight_ch", "gg": "weight_gg"}
    layer, p = net.layers[0].params, arrays(flat[0].copy(), shape)
    for short, name in names.items():
        assert (name in layer) == (p[short].size > 0)
        if name in layer:
            layer[name][0] = p[short]
    net.readout["weight"][0], net.readout["bias"][0] = p["out"], p["out_bias"]
    assert net.num_parameters == count(shape)
    given = list(batches(loss, np.random.default_rng(1)))
    adam = Adam(net.params, 0.01)
    for x, target, mask in given:
        y, cache = net.forward(x[:, None])
        grads = net.backward(cache, LOSSES[loss](y[:, 0], target, mask)[1][:, None])
        clip_each(grads)
        adam.step(grads)
    mine, read_out = taught(shape, flat, loss, given, 0.01)
    for short, name in names.items():
        if name in layer:
            np.testing.assert_allclose(mine[short], layer[name][0], atol=1e-9)
    np.testing.assert_allclose(read_out, net.forward(given[0][0][:, None])[0][:, 0], atol=1e-9)


def test_all_cells_are_tested():
    assert set(CELLS) == {*CHANGED, "GRU", "GRU before", "RNN"}
    with pytest.raises(ValueError, match="cell is 'LSTM', expected one of 'V', 'NIG'"):
        shape_of("LSTM", 1, 1, 1)
