"""ONNX Runtime, which others wrote, computes what our layers do: hundreds of random models, both backends, float32.

Its CPU kernels refuse batches first (``layout=1``) and float64. There ONNX's own evaluator takes its place, which in
turn passes over lengths, clips, coupled gates and all activations but the default ones: it gets models without.
"""

from collections import Counter

import numpy as np
import onnxruntime
import pytest
from drawn import KINDS, MODELS, draw
from engines import compare, ours, theirs, twin

from lstmlib.onnx import nodes

EVALUATED = ["RNN tanh", "LSTM", "PeepholeLSTM", "GRU after", "GRU before"]  # what ONNX's evaluator computes in full


@pytest.mark.parametrize(("kind", "seed"), MODELS, ids=[f"{kind} {seed}" for kind, seed in MODELS])
def test_onnx_runtime_computes_what_both_backends_do(kind, seed):
    layer, case = draw(kind, seed)
    (node,) = nodes(layer)
    want = theirs(node, case)
    compare(ours(layer, case), want)
    compare(ours(twin(layer), case), want)


@pytest.mark.parametrize("layout", [0, 1])
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", EVALUATED)
def test_onnx_s_own_evaluator_does_in_double_precision(kind, seed, layout):
    layer, case = draw(kind, seed, np.float64, lengths=False, clip=False)
    (node,) = nodes(layer, np.float64)
    want = theirs(node, case, "reference", layout)
    compare(ours(layer, case), want, 1e-12)
    compare(ours(twin(layer), case), want, 1e-12)


def test_the_models_have_what_the_operators_take():
    seen = Counter()
    for kind, seed in MODELS:
        layer, case = draw(kind, seed)
        (node,) = nodes(layer)
        seen[node.operator] += 1
        given = {
            "both ways": node.attributes["direction"] == "bidirectional",
            "reverse": node.attributes["direction"] == "reverse",
            "shorter": case.lengths is not None and case.lengths.min() < len(case.x),
            "state": case.state is not None,
            "no bias": not node.tensors["B"].any(),
            "wide": node.attributes["hidden_size"] > 16,
        }
        given["clip"] = "clip" in node.attributes
        seen.update(f"{node.operator} {name}" for name, there in given.items() if there)
        attributes = {name: value for name, value in node.attributes.items() if name not in ("hidden_size", "clip")}
        seen.update(f"{name} {value}" for name, value in attributes.items())
        seen["P"] += "P" in node.tensors
        seen["P, input_forget"] += "P" in node.tensors and "input_forget" in node.attributes
    assert sum(seen[operator] for operator in ("LSTM", "GRU", "RNN")) == len(MODELS) >= 600
    for operator in ("LSTM", "GRU", "RNN"):
        for name, least in {
            "both ways": 50,
            "reverse": 20,
            "shorter": 40,
            "state": 50,
            "no bias": 20,
            "wide": 20,
            "clip": 30,
        }.items():
            assert seen[f"{operator} {name}"] >= least, f"{operator} {name}"
    for name in ("P", "P, input_forget", "input_forget 1", "linear_before_reset 0", "linear_before_reset 1"):
        assert seen[name] >= 50, name
    for name in ("Relu", "Sigmoid", "Tanh"):
        assert seen[f"activations ['{name}']"] >= 10, name


@pytest.mark.parametrize("kind", ["RNN tanh", "LSTM", "GRU after"])
def test_what_onnx_runtime_refuses(kind):
    """When it no longer does, the models above can be run there too."""
    layer, case = draw(kind, 0, lengths=False)
    with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.Fail, match="layout == 1"):
        theirs(*nodes(layer), case, layout=1)
    if kind == "RNN tanh":
        layer, case = draw(kind, 0, np.float64)
        with pytest.raises(Exception, match="NOT_IMPLEMENTED"):
            theirs(*nodes(layer, np.float64), case)


def test_every_kind_is_drawn_and_every_draw_is_its_own():
    drawn = {kind: {draw(kind, seed)[1].x.tobytes() for seed in range(count)} for kind, (_, count) in KINDS.items()}
    assert {kind: len(inputs) for kind, inputs in drawn.items()} == {kind: count for kind, (_, count) in KINDS.items()}
