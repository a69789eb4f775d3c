"""What the recurrent layers share: parameters, checks, layers on top of each other, sequences of different length.

A cell's own file holds its equations and nothing else: ``forward_layer`` and ``backward_layer``, each one layer over
one batch of sequences that are equally long. Everything around them is here.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lstmlib.numpy.checks import Array, Lengths, check_array, check_padded, check_size, named
from lstmlib.numpy.initial import uniform_params
from lstmlib.numpy.layer import Cache, Layer, check_finite, naming_part
from lstmlib.numpy.padding import zero_past_end

State = Any  # one array (N, H), or a tuple of them; (L, N, H) where there are L > 1 layers
Params = dict[str, Array]


class Span(NamedTuple):
    """A run of steps during which no sequence ends, and the sequences that are still going on."""

    start: int
    stop: int
    going: NDArray[np.intp]  # which of the N


class PaddedCache(NamedTuple):
    """What one layer keeps for ``backward`` where sequences have different lengths: a cell's cache for every span."""

    lengths: Lengths
    steps: int  # T
    caches: list[Any]


class Recurrent(Layer):
    """A recurrent layer, or several on top of each other; a subclass says what one layer does.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the width of y(t).
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters.
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    gates: ClassVar[int]  # how many blocks of H rows a weight matrix has
    state_names: ClassVar[tuple[str, ...]]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.input_size = check_size("input_size", input_size)
        self.hidden_size = check_size("hidden_size", hidden_size)
        self.num_layers = check_size("num_layers", num_layers)
        shapes: dict[str, tuple[int, ...]] = {}
        for k in range(self.num_layers):
            layer = self.layer_shapes(self.input_size if k == 0 else self.hidden_size)
            shapes |= {f"{name}_l{k}": shape for name, shape in layer.items()}
        self.params = uniform_params(shapes, self.initial_bound(), rng, dtype)

    # What a cell says of itself.

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters, by their names without the "_l0" that counts the layers."""
        rows, H = self.gates * self.hidden_size, self.hidden_size
        return {"weight_ih": (rows, input_size), "weight_hh": (rows, H), "bias_ih": (rows,), "bias_hh": (rows,)}

    def state_sizes(self) -> tuple[int, ...]:
        """Return the width of each array of the state."""
        return (self.hidden_size,) * len(self.state_names)

    def initial_bound(self) -> float:
        """Return the largest magnitude that a parameter can start with: 1/sqrt(H), as in torch.nn."""
        return float(self.hidden_size**-0.5)

    def forward_layer(self, p: Params, x: Array, state: State) -> tuple[Array, State, Any]:
        """Run one layer over sequences of equal length: return y (T, N, H), the last state, and the cache.

        Args:
            p: the layer's parameters, by their names without "_l0".
            x: inputs (T, N, D).
            state: the state before the first step.
        """
        raise NotImplementedError

    def backward_layer(self, p: Params, cache: Any, dy: Array, dstate: State) -> tuple[Array, State, Params]:
        """Send the error back through one layer: return the gradients for x, for the initial state and for ``p``.

        Args:
            p: the layer's parameters, by their names without "_l0".
            cache: what ``forward_layer`` returned.
            dy: the loss's gradient for every output (T, N, H); not to be changed.
            dstate: its gradient for the last state from beyond the sequence; not to be changed.
        """
        raise NotImplementedError

    # What follows from it.

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations have, every weight and one bias a unit, as papers count.

        torch.nn keeps two bias vectors that are only ever added together, so the arrays in ``params`` hold as many
        numbers more as ``bias_hh_l0`` has entries (4H a layer for an LSTM).
        """
        return sum(value.size for name, value in self.params.items() if not name.startswith("bias_hh"))

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, one a parameter (a bias weighs a constant).

        Left out is what is done once a unit and not once a weight: the squashing functions and the products of gates.
        """
        return self.num_parameters

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step: zeros, each array (N, H), or (L, N, H) where there are layers."""
        shapes = self._state_shapes(check_size("batch_size", batch_size))
        return self._join([np.zeros(shape, self.dtype) for shape in shapes])

    def forward(self, x: Array, state: State = None, lengths: Lengths | None = None) -> tuple[Array, State, Cache[Any]]:
        """Run the layer over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: the state before the first step, each array (N, H), or (L, N, H) where there are L > 1 layers; zeros
                if ``None``.
            lengths: how many steps each sequence has (N,), integers from 1 to T; all T if ``None``. What x holds past
                a sequence's end is never looked at; y is zero there, and the last state is the one at the end.

        Returns:
            y (T, N, H), the top layer's output at every step; the last state; and the cache for ``backward``, which
            has the cell's own arrays for one layer without ``lengths``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it; or the net
                explodes.
        """
        x, lengths = check_padded("x", x, ("T", "N", self.input_size), lengths, dtype=self.dtype)
        states = self._split("state", self.initial_state(x.shape[1]) if state is None else state, x.shape[1])
        y = x.copy() if lengths is None else x  # what the cache keeps is not the caller's; with lengths it is cut out
        last, caches = [], []
        for k in range(self.num_layers):
            below, p = y, self.layer_params(k)
            with self._level(k):
                y, end, cache = self._forward_padded(p, below, states[k], lengths)
                check_finite(self, {"y": y, "state": end}, lambda: (_inside(below, lengths), states[k]), p)  # noqa: B023
            last.append(end)
            caches.append(cache)
        return y, self._stack(last), self.keep(caches[0] if self.num_layers == 1 else caches)

    def backward(self, cache: Any, dy: Array, dstate: State = None) -> tuple[Array, State, Params]:
        """Send the error back through every step (backpropagation through time, Werbos 1990).

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, H); what it holds past a sequence's end is ignored.
            dstate: its gradient for the last state from beyond the sequence, shaped as the state; zeros if ``None``.

        Returns:
            the gradients for x (T, N, D), zero past a sequence's end; for the initial state; and for every parameter,
            by name.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it; another
                layer's cache; or the error explodes.
        """
        kept, params = self.recall(cache)
        caches = [kept] if self.num_layers == 1 else kept
        T, N, lengths = _sizes(caches[0])
        dy = check_array("dy", dy, (T, N, self.hidden_size), lengths, self.dtype)
        states = self._split("dstate", self.initial_state(N) if dstate is None else dstate, N)
        first: list[State] = []
        grads: Params = {}
        for k in reversed(range(self.num_layers)):
            above, p = dy, self.layer_params(k, params)
            with self._level(k):
                dy, start, more = self._backward_padded(p, caches[k], above, states[k])
                given = lambda: (_inside(above, lengths), states[k], *_seen(caches[k]))  # noqa: B023, E731
                check_finite(self, {"dx": dy, "dstate": start, **more}, given, p)
            first.insert(0, start)
            grads |= {f"{name}_l{k}": value for name, value in more.items()}
        return dy, self._stack(first), {name: grads[name] for name in self.params}

    def layer_params(self, k: int, params: Mapping[str, Array] | None = None) -> Params:
        """Return the parameters of layer ``k``, by their names without "_l{k}"; out of others than the layer's own."""
        end, params = f"_l{k}", self.params if params is None else params
        return {name.removesuffix(end): value for name, value in params.items() if name.endswith(end)}

    def _level(self, k: int) -> AbstractContextManager[None]:
        """Say, if it explodes, at which of several levels."""
        return naming_part(self, {f"level {k}": self}) if self.num_layers > 1 else nullcontext()

    def _forward_padded(self, p: Params, x: Array, state: State, lengths: Lengths | None) -> tuple[Array, State, Any]:
        """Run ``forward_layer`` once, or over every span of steps with the sequences that are still going on.

        A sequence that has ended takes part in no further computation: its state stays where it is.
        """
        if lengths is None:
            return self.forward_layer(p, x, state)
        T, N, _ = x.shape
        arrays = [array.copy() for array in _arrays(state)]
        y: Array | None = None
        caches = []
        for start, stop, going in spans(lengths):
            part, new, cache = self.forward_layer(p, x[start:stop, going], self._join([a[going] for a in arrays]))
            y = np.zeros((T, N, self.hidden_size), part.dtype) if y is None else y
            y[start:stop, going] = part
            for array, value in zip(arrays, _arrays(new), strict=True):
                array[going] = value
            caches.append(cache)
        assert y is not None
        return y, self._join(arrays), PaddedCache(lengths, T, caches)

    def _backward_padded(self, p: Params, cache: Any, dy: Array, dstate: State) -> tuple[Array, State, Params]:
        if not isinstance(cache, PaddedCache):
            return self.backward_layer(p, cache, dy, dstate)
        arrays = [array.copy() for array in _arrays(dstate)]
        dx = np.zeros((*dy.shape[:2], cache.caches[0].x.shape[2]), dy.dtype)
        grads = {name: np.zeros_like(value) for name, value in p.items()}
        for (start, stop, going), part in zip(reversed(spans(cache.lengths)), reversed(cache.caches), strict=True):
            at_stop = self._join([array[going] for array in arrays])
            dx[start:stop, going], at_start, more = self.backward_layer(p, part, dy[start:stop, going], at_stop)
            for array, value in zip(arrays, _arrays(at_start), strict=True):
                array[going] = value
            for name, value in more.items():
                grads[name] += value
        return dx, self._join(arrays), grads

    def _state_shapes(self, batch_size: int) -> list[tuple[int, ...]]:
        layers = (self.num_layers,) if self.num_layers > 1 else ()
        return [(*layers, batch_size, size) for size in self.state_sizes()]

    def _split(self, name: str, state: State, batch_size: int) -> list[State]:
        """Return the state of every layer, after a look at its shape."""
        shapes = self._state_shapes(batch_size)
        if len(shapes) == 1:
            arrays = [check_array(name, state, shapes[0], dtype=self.dtype)]
        else:
            if not isinstance(state, tuple) or len(state) != len(shapes):
                what = f"a pair ({', '.join(self.state_names)})"
                each = " and ".join(str(shape) for shape in dict.fromkeys(shapes))
                raise TypeError(f"{name} is {named(state)}, expected {what}, each {each}")
            arrays = [
                check_array(f"{name}[{k}] ({called})", array, shape, dtype=self.dtype)
                for k, (called, array, shape) in enumerate(zip(self.state_names, state, shapes, strict=True))
            ]
        if self.num_layers == 1:
            return [self._join(arrays)]
        return [self._join([array[k] for array in arrays]) for k in range(self.num_layers)]

    def _stack(self, states: list[State]) -> State:
        """Return the states of all layers as one."""
        if self.num_layers == 1:
            return states[0]
        return self._join([np.stack(arrays) for arrays in zip(*map(_arrays, states), strict=True)])

    def _join(self, arrays: list[Array]) -> State:
        return arrays[0] if len(self.state_names) == 1 else tuple(arrays)


def spans(lengths: Lengths) -> list[Span]:
    """Cut the steps where sequences end: each span has the same sequences going on from its start to its stop."""
    stops = np.unique(lengths).tolist()
    return [
        Span(start, stop, np.flatnonzero(lengths >= stop)) for start, stop in zip([0, *stops[:-1]], stops, strict=True)
    ]


def by_gate(p: Params, gates: int) -> tuple[Array, Array, Array, Array]:
    """Return views of a layer's weights (G, D, H), (G, H, H), turned for ``x @ W``, and of its biases (G, 1, H).

    A product with them puts each gate's units side by side in memory, (G, N, H), where the squashing functions run
    over them faster than over slices of (N, G H).

    Args:
        p: the layer's parameters, by their names without "_l0".
        gates: G, how many blocks of H rows they have.
    """
    W_ih, W_hh = (p[name].reshape(gates, -1, p[name].shape[1]).swapaxes(1, 2) for name in ("weight_ih", "weight_hh"))
    b_ih, b_hh = (p[name].reshape(gates, 1, -1) for name in ("bias_ih", "bias_hh"))
    return W_ih, W_hh, b_ih, b_hh


def weight_gradients(dnet: Array, x: Array, h: Array) -> Params:
    """Return the gradients of weights and biases: one product over all steps, after the loop.

    Args:
        dnet: the loss's gradient for the net inputs (T, N, R), or (T, N, G, H) with G H = R.
        x: what ``weight_ih`` saw (T, N, D).
        h: what ``weight_hh`` saw (T, N, H).
    """
    flat = dnet.reshape(x.shape[0] * x.shape[1], -1)
    bias = flat.sum(0)
    return {
        "weight_ih": flat.T @ x.reshape(-1, x.shape[2]),
        "weight_hh": flat.T @ h.reshape(-1, h.shape[2]),
        "bias_ih": bias,
        "bias_hh": bias.copy(),
    }


def input_gradient(p: Params, dnet: Array) -> Array:
    """Return the gradient for x (T, N, D): one product over all steps, after the loop.

    Args:
        p: the layer's parameters, by their names without "_l0".
        dnet: the loss's gradient for the net inputs (T, N, R), or (T, N, G, H) with G H = R.
    """
    T, N = dnet.shape[:2]
    return (dnet.reshape(T * N, -1) @ p["weight_ih"]).reshape(T, N, -1)


def _arrays(state: State) -> tuple[Array, ...]:
    return state if isinstance(state, tuple) else (state,)


def _inside(x: Array, lengths: Lengths | None) -> Array:
    """Return ``x`` (T, N, ...) with zeros past each sequence's end."""
    return x if lengths is None else zero_past_end(x, np.arange(len(x))[:, None] < lengths)


def _seen(cache: Any) -> list[Array]:
    """Return what a layer saw of the one below."""
    return [part.x for part in cache.caches] if isinstance(cache, PaddedCache) else [cache.x]


def _sizes(cache: Any) -> tuple[int, int, Lengths | None]:
    if isinstance(cache, PaddedCache):
        return cache.steps, len(cache.lengths), cache.lengths
    T, N, _ = cache.x.shape
    return T, N, None
