"""The constant error carousel alone: units that keep their content by a linear loop, with no gates that learn."""

from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_choice, check_flag, check_size
from lstmlib.numpy.recurrent import Params, Recurrent, input_gradient
from lstmlib.numpy.rnn import NONLINEARITIES

# The squashing functions at the unit's entry and exit, each with its slope in terms of its own output.
SQUASHING = NONLINEARITIES | {"identity": (lambda x: x, np.ones_like)}
LOOPS = ("fixed", "free")


class CarouselCache(NamedTuple):
    """What one layer keeps for ``backward``."""

    x: Array  # (T, N, D)
    s: Array  # (T + 1, N, H), the initial state first
    g: Array  # (T, N, H): what comes in, squashed
    h: Array  # (T, N, H): the contents, squashed


class Carousel(Recurrent):
    """Units that add up what comes in: s(t) = s(t-1) + g(W_ih x(t) + b), y(t) = h(s(t)).

    The loop from s(t-1) to s(t) has no squashing function and a weight of exactly 1, so an error goes back through it
    unchanged, over any number of steps. With g and h the identity it is the unit of the paper's section 3.2.

    With ``doors=True`` each step brings the positions of two doors, set from outside: the last two numbers of x(t)
    are i(t) and o(t), usually from 0 to 1, and all units share them::

        s(t) = s(t-1) + i(t) g(W_ih x(t) + b)        y(t) = o(t) h(s(t))

    W_ih sees the numbers before them. In the memory cell (``LSTM1997``) the doors are units that learn.

    With ``loop="free"`` each unit has a weight to itself that starts at 1 and is learnt: s(t) = w s(t-1) + ...

    Source: Hochreiter and Schmidhuber (1997), section 3.2.

    ``weight_ih_l0`` is (H, D), or (H, D - 2) with doors; ``bias_l0`` (H,); ``weight_hh_l0`` (H,), if it is there.

    Args:
        input_size: D, the width of x(t), the two doors included.
        hidden_size: H, the number of units.
        g: the squashing function at the entry: "identity", "tanh", "relu" or "logistic".
        h: the one at the exit.
        loop: "fixed" at 1, or "free" to be learnt.
        doors: whether x(t) ends with i(t) and o(t).
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)]; a free loop's weights start at 1.
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, an unknown ``g``, ``h`` or ``loop``; doors
            without a further input, or for more than one layer.
    """

    state_names: ClassVar[tuple[str, ...]] = ("s",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        g: str = "identity",
        h: str = "identity",
        loop: str = "fixed",
        doors: bool = False,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_options(input_size, g, h, loop, doors, num_layers)
        self.g, self.h, self.loop, self.doors = g, h, loop, doors
        super().__init__(input_size, hidden_size, num_layers=num_layers, rng=rng, dtype=dtype)
        if loop == "free":
            for k in range(self.num_layers):
                self.params[f"weight_hh_l{k}"][:] = 1.0

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters; a weight a unit for the loop, where it is free."""
        H = self.hidden_size
        loop: dict[str, tuple[int, ...]] = {"weight_hh": (H,)} if self.loop == "free" else {}
        return {"weight_ih": (H, input_size - 2 * self.doors), "bias": (H,)} | loop

    def read_doors(self, x: Array) -> tuple[Array, Any, Any]:
        """Return what W_ih sees of x (T, N, D), and i and o (T, N, 1): both 1 where there are no doors."""
        return (x[..., :-2], x[..., -2:-1], x[..., -1:]) if self.doors else (x, 1.0, 1.0)

    def forward_layer(self, p: Params, x: Array, state: Array) -> tuple[Array, Array, CarouselCache]:
        """Run one layer; the equations of the class's docstring, step by step."""
        T, N, _ = x.shape
        w = p.get("weight_hh", 1.0)
        squash, show = SQUASHING[self.g][0], SQUASHING[self.h][0]

        seen, i, o = self.read_doors(x)
        g = squash(seen @ p["weight_ih"].T + p["bias"])  # (T, N, H), all steps at once
        comes_in = i * g
        s = np.empty((T + 1, N, self.hidden_size), g.dtype)
        s[0] = state
        for t in range(T):
            s[t + 1] = w * s[t] + comes_in[t]
        h = show(s[1:])
        return o * h, s[T].copy(), CarouselCache(x, s, g, h)

    def backward_layer(self, p: Params, cache: CarouselCache, dy: Array, dstate: Array) -> tuple[Array, Array, Params]:
        """Send the error back through one layer, step by step."""
        x, s, g, h = cache
        T, N, H = dy.shape
        w = p.get("weight_hh", 1.0)
        slope_g, slope_h = SQUASHING[self.g][1], SQUASHING[self.h][1]

        seen, i, o = self.read_doors(x)
        from_y = o * dy * slope_h(h)
        ds = np.empty((T, N, H), s.dtype)
        back = dstate
        for t in reversed(range(T)):
            ds[t] = back + from_y[t]
            back = w * ds[t]  # as it is, where w is 1
        dnet = i * ds * slope_g(g)

        grads: Params = {
            "weight_ih": dnet.reshape(T * N, H).T @ seen.reshape(T * N, -1),
            "bias": dnet.sum((0, 1)),
        }
        if self.loop == "free":
            grads["weight_hh"] = (ds * s[:-1]).sum((0, 1))
        dx = input_gradient(p, dnet)
        if self.doors:
            dx = np.concatenate([dx, (ds * g).sum(-1, keepdims=True), (dy * h).sum(-1, keepdims=True)], axis=-1)
        return dx, back.copy(), grads


def check_options(input_size: int, g: str, h: str, loop: str, doors: bool, num_layers: int) -> None:
    """Refuse what ``Carousel`` can't be.

    Raises:
        TypeError, ValueError: an unknown ``g``, ``h`` or ``loop``; doors that are no bool, without a further
            input, or for several layers.
    """
    check_choice("g", g, SQUASHING)
    check_choice("h", h, SQUASHING)
    check_choice("loop", loop, LOOPS)
    if check_flag("doors", doors) and check_size("input_size", input_size) < 3:
        raise ValueError(f"input_size is {input_size}, expected at least 3 with doors: two doors, and what comes in")
    if doors and num_layers != 1:
        raise ValueError(f"num_layers is {num_layers}, expected 1 with doors: the layer below gives none")
