"""An LSTM whose parts can be taken out or added, as many small nets side by side (after Greff et al. 2017).

Nets of a dozen units leave a processor idle between one small product and the next. Here S nets of the same size run
at once, each with parameters of its own: all arrays have one axis more, the net's. What one net does is what it would
do alone.
"""

import itertools
from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_array, check_size
from lstmlib.numpy.rnn import sigmoid

# What can be changed about a vanilla cell, which has peepholes, as in the study.
CHANGES = (
    "no input gate",
    "no forget gate",
    "no output gate",
    "no input activation",
    "no output activation",
    "coupled",
    "no peepholes",
    "gate recurrence",
)
# The study's names: vanilla, and eight cells that each change one thing.
VARIANTS: dict[str, tuple[str, ...]] = {
    "V": (),
    "NIG": ("no input gate",),
    "NFG": ("no forget gate",),
    "NOG": ("no output gate",),
    "NIAF": ("no input activation",),
    "NOAF": ("no output activation",),
    "CIFG": ("coupled",),
    "NP": ("no peepholes",),
    "FGR": ("gate recurrence",),
}
Params = dict[str, Array]


class CellsCache(NamedTuple):
    """What ``Cells.forward`` keeps for ``backward``."""

    x: Array  # (T, S, N, D)
    h: Array  # (T + 1, S, N, H), zeros first
    c: Array  # (T + 1, S, N, H), zeros first
    gates: dict[str, Array]  # "i", "f", "g", "o", each (T, S, N, H), after squashing; 1 where there is no such gate
    shown: Array  # (T, S, N, H), tanh(c(t)), or c(t)


class Cells:
    """One layer of S nets with the same parts, each with its own parameters.

    With everything in place, each of i, f, o and g seeing x(t) and h(t-1), and * an element-wise product::

        i(t) = logistic(... + w_ci * c(t-1))          c(t) = f(t) * c(t-1) + i(t) * g(t)
        f(t) = logistic(... + w_cf * c(t-1))          o(t) = logistic(... + w_co * c(t))
        g(t) = tanh(...)                              h(t) = o(t) * tanh(c(t))

    which is ``lstmlib.numpy.PeepholeLSTM``. A gate that is taken out is 1 at every step; an activation that is taken
    out is the identity. "coupled" sets i(t) = 1 - f(t). "gate recurrence" lets every gate see all gates of the step
    before, as the cell of 1997 did.

    Source: Greff et al. (2017), "LSTM: a search space odyssey". Parameters: ``weight_ih`` (S, R, D), ``weight_hh``
    (S, R, H) and ``bias`` (S, R) with R = H for each of i, f, g, o that is there, in this order; ``weight_ch`` (S, P)
    with P = H for each gate; ``weight_gg`` (S, P, P).

    Args:
        nets: S, how many nets.
        input_size: D, the width of the inputs.
        hidden_size: H, how many hidden units.
        changes: what differs from the vanilla cell: names of ``CHANGES``.
        forget_bias: where the forget gate's bias starts; ``None`` leaves it random.
        rng: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)], as the library's layers have them.
        dtype: of the parameters.

    Raises:
        TypeError, ValueError: a size that is not a positive integer; a change that is not known, or "coupled" without
            the two gates that it couples.
    """

    def __init__(
        self,
        nets: int,
        input_size: int,
        hidden_size: int,
        changes: Collection[str] = (),
        *,
        forget_bias: float | None = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.nets = S = check_size("nets", nets)
        self.input_size = D = check_size("input_size", input_size)
        self.hidden_size = H = check_size("hidden_size", hidden_size)
        self.changes = check_changes(changes)
        present = [gate for gate, name in zip("ifo", ("input", "forget", "output"), strict=True) if self._has(name)]
        self.blocks = [block for block in "ifgo" if block == "g" or block in present]
        self.gates = present
        R, P = H * len(self.blocks), H * len(present)
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (S, R, D), "weight_hh": (S, R, H), "bias": (S, R)}
        if "no peepholes" not in self.changes and present:
            shapes["weight_ch"] = (S, P)
        if "gate recurrence" in self.changes and present:
            shapes["weight_gg"] = (S, P, P)
        rng, bound = np.random.default_rng() if rng is None else rng, H**-0.5
        self.params: Params = {name: rng.uniform(-bound, bound, shape).astype(dtype) for name, shape in shapes.items()}
        if forget_bias is not None and "f" in present:
            at = self.blocks.index("f") * H
            self.params["bias"][:, at : at + H] = forget_bias

    @property
    def num_parameters(self) -> int:
        """How many numbers each net has."""
        return sum(value[0].size for value in self.params.values())

    def forward(self, x: Array) -> tuple[Array, CellsCache]:
        """Run all nets from an empty state.

        Args:
            x: inputs (T, S, N, D), or (T, 1, N, D) if all nets see the same.

        Returns:
            every h (T, S, N, H), and the cache for ``backward``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        x = check_array("x", x, ("T", "S", "N", self.input_size))
        if x.shape[1] not in (1, self.nets):
            raise ValueError(f"x has {x.shape[1]} nets on axis 1, expected {self.nets}, or 1 for all")
        (T, _, N, _), H, p = x.shape, self.hidden_size, self.params
        W_hh = p["weight_hh"].swapaxes(1, 2)
        from_x = x @ p["weight_ih"].swapaxes(1, 2) + p["bias"][:, None]  # (T, S, N, R)
        peephole = self._by_gate("weight_ch")
        size = (T, self.nets, N, H)
        h, c = np.zeros((2, T + 1, *size[1:]), from_x.dtype)
        shown = np.empty(size, from_x.dtype)
        act: dict[str, Array] = {block: np.ones(size, from_x.dtype) for block in "ifgo"}
        for t in range(T):
            net = from_x[t] + h[t] @ W_hh
            part = {block: net[..., k * H : (k + 1) * H] for k, block in enumerate(self.blocks)}
            if "weight_gg" in p and t:
                before = np.concatenate([act[gate][t - 1] for gate in self.gates], -1) @ p["weight_gg"].swapaxes(1, 2)
                for k, gate in enumerate(self.gates):
                    part[gate] = part[gate] + before[..., k * H : (k + 1) * H]
            for gate in "if":
                if gate in part:
                    act[gate][t] = sigmoid(part[gate] + peephole[gate] * c[t])
            if "coupled" in self.changes:
                act["i"][t] = 1.0 - act["f"][t]
            act["g"][t] = part["g"] if "no input activation" in self.changes else np.tanh(part["g"])
            c[t + 1] = act["f"][t] * c[t] + act["i"][t] * act["g"][t]
            if "o" in part:
                act["o"][t] = sigmoid(part["o"] + peephole["o"] * c[t + 1])
            shown[t] = c[t + 1] if "no output activation" in self.changes else np.tanh(c[t + 1])
            h[t + 1] = act["o"][t] * shown[t]
        return h[1:], CellsCache(x, h, c, act, shown)

    def backward(self, cache: CellsCache, dy: Array) -> tuple[Array, Params]:
        """Send the error back through every step.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every h (T, S, N, H).

        Returns:
            the gradients for x (T, S, N, D), and for every parameter, by name.
        """
        x, h, c, act, shown = cache
        T, S, N, H = dy.shape
        p, peephole, gates = self.params, self._by_gate("weight_ch"), self.gates
        flat_output = "no output activation" in self.changes
        dh, dc = np.zeros_like(dy[0]), np.zeros_like(dy[0])
        back: dict[str, Any] = dict.fromkeys("ifo", 0.0)  # what the gates of the step after heard of these
        dnet = np.zeros((T, S, N, H * len(self.blocks)), dy.dtype)
        for t in reversed(range(T)):
            i, f, g, o = (act[block][t] for block in "ifgo")
            dpart: dict[str, Array] = {}
            dh = dh + dy[t]
            dc = dc + dh * o * (1.0 if flat_output else 1.0 - shown[t] ** 2)
            if "o" in gates:
                dpart["o"] = (dh * shown[t] + back["o"]) * o * (1.0 - o)
                dc = dc + dpart["o"] * peephole["o"]  # o(t) saw c(t)
            dpart["g"] = dc * i * (1.0 if "no input activation" in self.changes else 1.0 - g**2)
            df = dc * (c[t] - g) if "coupled" in self.changes else dc * c[t]
            if "f" in gates:
                dpart["f"] = (df + back["f"]) * f * (1.0 - f)
            if "i" in gates:
                dpart["i"] = (dc * g + back["i"]) * i * (1.0 - i)
            dc = dc * f
            for gate in "if":
                if gate in gates:
                    dc = dc + dpart[gate] * peephole[gate]  # i(t) and f(t) saw c(t-1)
            for k, block in enumerate(self.blocks):
                dnet[t, ..., k * H : (k + 1) * H] = dpart[block]
            dh = dnet[t] @ p["weight_hh"]
            if "weight_gg" in p:
                dgates = np.concatenate([dpart[gate] for gate in gates], -1) @ p["weight_gg"]
                back = {gate: dgates[..., k * H : (k + 1) * H] for k, gate in enumerate(gates)}
        return dnet @ p["weight_ih"], self._gradients(x, h, c, act, dnet)

    def _gradients(self, x: Array, h: Array, c: Array, act: dict[str, Array], dnet: Array) -> Params:
        """Return the parameters' gradients: one product over all steps, after the loop."""

        def summed(left: Array, right: Array) -> Array:  # (T, S, N, A), (T, S, N, B) -> (S, A, B)
            S = max(left.shape[1], right.shape[1])
            A, B = (
                np.broadcast_to(part, (part.shape[0], S, *part.shape[2:])).swapaxes(0, 1).reshape(S, -1, part.shape[3])
                for part in (left, right)
            )
            return A.swapaxes(1, 2) @ B

        H = self.hidden_size
        grads = {"weight_ih": summed(dnet, x), "weight_hh": summed(dnet, h[:-1]), "bias": dnet.sum((0, 2))}
        at = {block: slice(k * H, (k + 1) * H) for k, block in enumerate(self.blocks)}
        if "weight_ch" in self.params:
            seen = [dnet[..., at[gate]] * (c[1:] if gate == "o" else c[:-1]) for gate in self.gates]
            grads["weight_ch"] = np.concatenate([part.sum((0, 2)) for part in seen], -1)
        if "weight_gg" in self.params:
            dgates = np.concatenate([dnet[..., at[gate]] for gate in self.gates], -1)[1:]
            before = np.concatenate([act[gate] for gate in self.gates], -1)[:-1]
            grads["weight_gg"] = summed(dgates, before)
        return grads

    def _has(self, name: str) -> bool:
        if name == "input" and "coupled" in self.changes:
            return False
        return f"no {name} gate" not in self.changes

    def _by_gate(self, name: str) -> dict[str, Any]:
        """Return a peephole's weights for each gate, (S, 1, H), or 0 where there are none."""
        if name not in self.params:
            return dict.fromkeys("ifo", 0.0)
        parts = np.split(self.params[name][:, None], len(self.gates), axis=2)
        return dict.fromkeys("ifo", 0.0) | dict(zip(self.gates, parts, strict=True))


class Nets:
    """S nets: layers of ``Cells`` on top of each other, and a linear read-out at every step.

    Args:
        layers: from the lowest up; each one's ``input_size`` is the ``hidden_size`` of the one below.
        output_size: O, how many outputs.
        rng: source of the read-out's weights, U[-1/sqrt(H), 1/sqrt(H)].

    Raises:
        ValueError: no layers, or layers that don't fit on each other.
    """

    def __init__(self, layers: list[Cells], output_size: int, *, rng: np.random.Generator | None = None) -> None:
        if not layers:
            raise ValueError("layers is empty, expected at least one")
        for k, (below, above) in enumerate(itertools.pairwise(layers)):
            if (above.nets, above.input_size) != (below.nets, below.hidden_size):
                raise ValueError(
                    f"layers[{k + 1}] is for {above.nets} nets and inputs {above.input_size} wide, expected "
                    f"{below.nets} and {below.hidden_size}, as layers[{k}] gives"
                )
        self.layers, top = layers, layers[-1]
        self.O = check_size("output_size", output_size)
        rng, bound = np.random.default_rng() if rng is None else rng, top.hidden_size**-0.5
        dtype = top.params["bias"].dtype
        self.readout: Params = {
            "weight": rng.uniform(-bound, bound, (top.nets, self.O, top.hidden_size)).astype(dtype),
            "bias": np.zeros((top.nets, self.O), dtype),
        }

    @property
    def params(self) -> Params:
        """All arrays: the layers' by "0.…", "1.…", the read-out's by "readout.…"."""
        parts = {f"{k}": layer.params for k, layer in enumerate(self.layers)} | {"readout": self.readout}
        return {f"{part}.{name}": value for part, params in parts.items() for name, value in params.items()}

    @property
    def num_parameters(self) -> int:
        """How many numbers each net has, the read-out among them."""
        return sum(value[0].size for value in self.params.values())

    def forward(self, x: Array) -> tuple[Array, list[Any]]:
        """Return the read-outs (T, S, N, O) of inputs (T, S, N, D), and the cache."""
        caches: list[Any] = []
        for layer in self.layers:
            x, cache = layer.forward(x)
            caches.append(cache)
        y: Array = x @ self.readout["weight"].swapaxes(1, 2) + self.readout["bias"][:, None]
        return y, [*caches, x]

    def backward(self, cache: list[Any], dy: Array) -> Params:
        """Return the gradient for every parameter, given the loss's for every read-out (T, S, N, O)."""
        *caches, h = cache
        grads = {"readout.weight": np.einsum("tsno,tsnh->soh", dy, h), "readout.bias": dy.sum((0, 2))}
        dh: Array = dy @ self.readout["weight"]
        for k in reversed(range(len(self.layers))):
            dh, more = self.layers[k].backward(caches[k], dh)
            grads |= {f"{k}.{name}": value for name, value in more.items()}
        return grads


def check_changes(changes: Collection[str]) -> frozenset[str]:
    """Return the changes as a set.

    Raises:
        TypeError, ValueError: one text in place of several, an unknown change, or "coupled" without its two gates.
    """
    if isinstance(changes, str):
        raise TypeError(f"changes is {changes!r}, expected a list or tuple of names")
    unknown = sorted(set(changes) - set(CHANGES))
    if unknown:
        raise ValueError(f"changes holds {unknown[0]!r}, expected names from {', '.join(map(repr, CHANGES))}")
    if "coupled" in changes and {"no input gate", "no forget gate"} & set(changes):
        raise ValueError("changes holds 'coupled', which needs the input gate and the forget gate that it couples")
    return frozenset(changes)
