"""A layer as a model of its own: inputs and outputs as the layer's, any number of levels, from either backend."""

import re
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from engines import SINGLE, joined, twin

import lstmlib.numpy as ln
from lstmlib.numpy.gradients import state_arrays
from lstmlib.onnx import export, nodes

T, N, D, H = 7, 3, 4, 5


def both(cell, D, **more):
    return ln.Bidirectional(cell(D, H, **more), cell(D, H, **more))


LAYERS = {
    "LSTM": lambda **more: ln.LSTM(D, H, **more),
    "GRU, 3 layers": lambda **more: ln.GRU(D, H, num_layers=3, **more),
    "RNN both ways": lambda **more: both(ln.RNN, D, **more),
    "PeepholeLSTM, 2 layers both ways": lambda **more: ln.Stack(
        both(ln.PeepholeLSTM, D, **more), both(ln.PeepholeLSTM, 2 * H, **more)
    ),
    "one level both ways, one forward": lambda **more: ln.Stack(both(ln.GRU, D, **more), ln.GRU(2 * H, H, **more)),
    "there and back": lambda **more: ln.Stack(ln.LSTM(D, H, **more), ln.Reversed(ln.LSTM(H, H, **more))),
    "GRU backward, 2 layers": lambda **more: ln.Reversed(ln.GRU(D, H, num_layers=2, **more)),
    "coupled under plain": lambda **more: ln.Stack(ln.CoupledLSTM(D, H, **more), ln.LSTM(H, H, **more)),
}


@pytest.mark.parametrize("given", ["nothing", "lengths", "state", "both"])
@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_the_model_is_the_layer(make, given, tmp_path, rng):
    layer = make(rng=rng)
    x = rng.standard_normal((T, N, D)).astype(np.float32)
    lengths = np.array([4, 7, 1], np.int32) if given in ("lengths", "both") else None
    parts = [rng.standard_normal(part.shape).astype(np.float32) for part in state_arrays(layer.initial_state(N))]
    state = joined(parts) if given in ("state", "both") else None
    wide = joined([part.astype(float) for part in parts]) if state is not None else None
    y, last, _ = layer.forward(x.astype(float), wide, lengths)

    feeds = {"x": x} | ({} if lengths is None else {"lengths": lengths})
    feeds |= {} if state is None else dict(zip(("h_0", "c_0"), parts, strict=False))
    path = tmp_path / "layer.onnx"
    for made in (layer, twin(layer)):
        onnx.save(export(made, lengths=lengths is not None, state=state is not None), path)
        session = onnxruntime.InferenceSession(path)
        assert [item.name for item in session.get_inputs()] == list(feeds)
        assert [item.name for item in session.get_outputs()] == ["y", "h_n", "c_n"][: 1 + len(parts)]
        for have, want in zip(session.run(None, feeds), [y, *state_arrays(last)], strict=True):
            assert have.shape == want.shape
            np.testing.assert_allclose(have, want, rtol=0.0, atol=SINGLE)


def test_shapes_are_named_where_they_are_free():
    model = export(ln.LSTM(D, H), lengths=True, state=True)
    shapes = {
        item.name: [size.dim_param or size.dim_value for size in item.type.tensor_type.shape.dim]
        for item in [*model.graph.input, *model.graph.output]
    }
    assert shapes["x"] == ["T", "N", D]
    assert shapes["lengths"] == ["N"]
    assert shapes["h_0"] == shapes["c_n"] == ["N", H]
    assert shapes["y"] == ["T", "N", H]


def test_what_onnx_has_no_operator_for():
    for layer in (ln.LSTM1997(D, 2), ln.Bidirectional(ln.Carousel(D, H), ln.Carousel(D, H)), ln.Linear(D, H)):
        with pytest.raises(
            TypeError, match=r"layer is or holds a \w+, expected one of LSTM, PeepholeLSTM, CoupledLSTM"
        ):
            nodes(layer)
    with pytest.raises(TypeError, match="layer is or holds a NoneType, expected"):
        export(None)


def test_two_directions_of_two_functions():
    layer = ln.Bidirectional(ln.GRU(D, H), ln.GRU(D, H))
    layer.backward_layer.reset = "before"
    message = (
        "the two directions are set to {'linear_before_reset': 1} and {'linear_before_reset': 0}, expected the same"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        nodes(layer)
    layer = ln.Bidirectional(ln.RNN(D, H), ln.RNN(D, H))
    layer.backward_layer.nonlinearity = "relu"  # which each direction has for itself
    assert nodes(layer)[0].attributes["activations"] == ["Tanh", "Relu"]


def test_without_onnx_it_says_what_to_install():
    program = "import sys; sys.modules['onnx'] = None\nimport lstmlib.onnx"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "ImportError: exporting needs onnx: pip install onnx" in done.stderr
