"""ConvLSTM: an LSTM whose state is a picture, with convolutions for the matrix products (Shi et al. 2015)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, Lengths, Mask, check_array, check_flag, check_forget_bias, check_size, named
from lstmlib.numpy.initial import uniform_params
from lstmlib.numpy.layer import Cache, Layer, check_finite
from lstmlib.numpy.padding import read_gradient, read_padded, zero_past_end
from lstmlib.numpy.rnn import sigmoid

State = tuple[Array, Array]  # (h, c), each (N, M, height, width)


class ConvLSTMCache(NamedTuple):
    """What ``ConvLSTM.forward`` keeps for ``ConvLSTM.backward``."""

    x: Array  # (T, N, C, height, width), zeros past each sequence's end
    h: Array  # (T + 1, N, M, height, width), the initial state first
    c: Array  # (T + 1, N, M, height, width), the initial state first
    gates: Array  # (T, 4, N, M, height, width): i, f, g, o after their squashing functions
    tanh_c: Array  # (T, N, M, height, width)
    inside: Mask  # (T, N): True up to the end of each sequence


class ConvLSTM(Layer):
    """ConvLSTM over a sequence of pictures: every place has its cells, and sees the places around it.

    With ``conv`` a convolution that keeps the picture's size (zeros around it), and the peepholes ``w_c`` where asked
    for::

        i(t) = logistic(conv(W_xi, x(t)) + conv(W_hi, h(t-1)) + w_ci * c(t-1) + b_i)
        f(t) = logistic(conv(W_xf, x(t)) + conv(W_hf, h(t-1)) + w_cf * c(t-1) + b_f)
        g(t) =     tanh(conv(W_xg, x(t)) + conv(W_hg, h(t-1)) + b_g)
        c(t) = f(t) * c(t-1) + i(t) * g(t)
        o(t) = logistic(conv(W_xo, x(t)) + conv(W_ho, h(t-1)) + w_co * c(t) + b_o)
        h(t) = o(t) * tanh(c(t))

    A peephole has one weight a channel, the same at every place, like all other weights here: so a trained layer runs
    on pictures of any size. The paper writes an element-wise product, which could also mean one weight a channel and
    place; but the numbers of parameters that it reports come out exactly with one a channel.

    ``conv`` slides the kernel without turning it round, as torch.nn.functional.conv2d does. Every gate and g have their
    M channels in ``weight_ih`` (4M, C, K, K), ``weight_hh`` (4M, M, K, K) and ``bias`` (4M,), in the order i, f, g, o;
    ``weight_ch`` (3M,) holds w_ci, w_cf, w_co.

    Source: Shi et al. (2015), "Convolutional LSTM network: a machine learning approach for precipitation nowcasting",
    equation 3.

    Args:
        in_channels: C, of x(t).
        hidden_channels: M, of the state.
        kernel_size: K, the height and width of the input's kernel; odd, so that it has a middle.
        hidden_kernel_size: that of the state's kernel; ``kernel_size`` if ``None``. What moves further than half of it
            in one step leaves the state's sight.
        peephole: whether the gates see the cell state.
        forget_bias: where the forget gates' bias starts; ``None`` leaves it random like the other biases.
        rng: source of the initial weights, U[-b, b] with b = 1 / (K sqrt(M)), K of the state's kernel.
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or an even kernel.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        kernel_size: int,
        *,
        hidden_kernel_size: int | None = None,
        peephole: bool = False,
        forget_bias: float | None = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.in_channels = C = check_size("in_channels", in_channels)
        self.hidden_channels = M = check_size("hidden_channels", hidden_channels)
        self.kernel_size = K = check_odd("kernel_size", kernel_size)
        self.hidden_kernel_size = J = check_odd(
            "hidden_kernel_size", K if hidden_kernel_size is None else hidden_kernel_size
        )
        self.peephole, self.forget_bias = check_flag("peephole", peephole), check_forget_bias(forget_bias)
        self.params = uniform_params(conv_shapes(C, M, K, J, peephole), 1.0 / (J * M**0.5), rng, dtype)
        if forget_bias is not None:
            self.params["bias"][M : 2 * M] = forget_bias

    def _setting(self, name: str) -> Any:
        """Return the value of one of the constructor's arguments."""
        same = name == "hidden_kernel_size" and self.hidden_kernel_size == self.kernel_size
        return None if same else getattr(self, name)

    def num_operations(self, height: int, width: int) -> int:
        """Return how many multiply-adds one step of one sequence takes: one a weight and place, the bias counted.

        Left out is what is done once a cell: the squashing functions and the products of gates. Places at the edge
        are counted like all others.
        """
        return self.num_parameters * check_size("height", height) * check_size("width", width)

    def initial_state(self, batch_size: int, height: int, width: int) -> State:
        """Return the state before the first step: zeros (h, c), each (N, M, height, width)."""
        sizes = {"batch_size": batch_size, "height": height, "width": width}
        N, height, width = (check_size(name, size) for name, size in sizes.items())
        shape = (N, self.hidden_channels, height, width)
        return np.zeros(shape, self.dtype), np.zeros(shape, self.dtype)

    def forward(
        self, x: Array, state: State | None = None, lengths: Lengths | None = None
    ) -> tuple[Array, State, Cache[ConvLSTMCache]]:
        """Run the layer over a batch of sequences of pictures.

        Args:
            x: inputs (T, N, C, height, width).
            state: (h, c) before the first step, each (N, M, height, width); zeros if ``None``.
            lengths: how many steps each sequence has (N,); T if ``None``. Past them y is 0, and the state stays as it
                was at the end.

        Returns:
            y (T, N, M, height, width), every h; the last (h, c); and the cache for ``backward``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, size or dtype, an empty one, NaN in it, or a length that
                is not from 1 to T.
        """
        x, inside = read_padded("x", x, ("T", "N", self.in_channels, "height", "width"), lengths, dtype=self.dtype)
        T, N, _, height, width = x.shape
        h0, c0 = self.initial_state(N, height, width) if state is None else self._check_state("state", state, x)
        p, peephole = self.params, self._peepholes(self.params)

        h, c = np.empty((2, T + 1, *h0.shape), h0.dtype)
        gates, tanh_c = np.empty((T, 4, *h0.shape), h0.dtype), np.empty((T, *h0.shape), h0.dtype)
        h[0], c[0] = h0, c0
        for t in range(T):
            net = convolve(x[t], p["weight_ih"]) + convolve(h[t], p["weight_hh"]) + p["bias"][:, None, None]
            net_i, net_f, net_g, net_o = np.split(net, 4, axis=1)  # each (N, M, height, width)
            i, f, g, o = gates[t]
            i[:] = sigmoid(net_i + peephole[0] * c[t])
            f[:] = sigmoid(net_f + peephole[1] * c[t])
            g[:] = np.tanh(net_g)
            c[t + 1] = f * c[t] + i * g
            o[:] = sigmoid(net_o + peephole[2] * c[t + 1])
            tanh_c[t] = np.tanh(c[t + 1])
            h[t + 1] = o * tanh_c[t]
            ended = ~inside[t]
            h[t + 1, ended], c[t + 1, ended] = h[t, ended], c[t, ended]
        y = zero_past_end(h[1:], inside)
        last = h[T].copy(), c[T].copy()
        check_finite(self, {"y": y, "state": last}, lambda: [x, h0, c0], p)
        return y, last, self.keep(ConvLSTMCache(x, h, c, gates, tanh_c, inside))

    def backward(
        self, cache: Cache[ConvLSTMCache], dy: Array, dstate: State | None = None
    ) -> tuple[Array, State, dict[str, Array]]:
        """Send the error back through every step.

        The weights' gradients are summed step by step: one product over all steps would need K * K copies of every
        picture at once.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, M, height, width).
            dstate: its gradient for the last (h, c) from beyond the sequence; zeros if ``None``.

        Returns:
            the gradients for x (T, N, C, height, width), for the initial (h, c), and for every parameter, by name.

        Raises:
            TypeError, ValueError: an array of the wrong rank, size or dtype, an empty one, or NaN in it.
        """
        (x, h, c, gates, tanh_c, inside), p = self.recall(cache)
        T, N, _, height, width = tanh_c.shape
        dy = read_gradient(dy, tanh_c.shape, inside, self.dtype)
        dlast = self.initial_state(N, height, width) if dstate is None else self._check_state("dstate", dstate, x)
        (dh, dc), peephole = dlast, self._peepholes(p)

        dx = np.empty_like(x)
        grads = {name: np.zeros_like(value) for name, value in p.items()}
        for t in reversed(range(T)):
            i, f, g, o = gates[t]
            going = inside[t][:, None, None, None]
            later_h, later_c = dh, dc
            dh = dy[t] + dh
            dnet_o = dh * tanh_c[t] * o * (1.0 - o)
            dc = dc + dh * o * (1.0 - tanh_c[t] ** 2) + dnet_o * peephole[2]
            dnet_i = dc * g * i * (1.0 - i)
            dnet_f = dc * c[t] * f * (1.0 - f)
            dnet_g = dc * i * (1.0 - g**2)
            dnet = np.where(going, np.concatenate([dnet_i, dnet_f, dnet_g, dnet_o], axis=1), 0.0)
            dc = np.where(going, dc * f + dnet_i * peephole[0] + dnet_f * peephole[1], later_c)
            dh = np.where(going, convolve_back(dnet, p["weight_hh"]), later_h)
            dx[t] = convolve_back(dnet, p["weight_ih"])

            grads["weight_ih"] += kernel_gradient(x[t], dnet, self.kernel_size)
            grads["weight_hh"] += kernel_gradient(h[t], dnet, self.hidden_kernel_size)
            grads["bias"] += dnet.sum((0, 2, 3))
            if self.peephole:
                dnet_i, dnet_f, _, dnet_o = np.split(dnet, 4, axis=1)
                seen = np.concatenate([dnet_i * c[t], dnet_f * c[t], dnet_o * c[t + 1]], axis=1)
                grads["weight_ch"] += seen.sum((0, 2, 3))  # (3M,)
        check_finite(self, {"dx": dx, "dstate": (dh, dc), **grads}, lambda: [x, dy, dlast], p)
        return dx, (dh, dc), grads

    def _peepholes(self, p: Mapping[str, Array]) -> Array:
        """Return the peepholes' weights, zeros if there are none, as (3, M, 1, 1): a picture's places share them."""
        M = self.hidden_channels
        w = p["weight_ch"] if self.peephole else np.zeros(3 * M, p["bias"].dtype)
        return w.reshape(3, M, 1, 1)

    def _check_state(self, name: str, state: Any, x: Array) -> State:
        shape = (x.shape[1], self.hidden_channels, *x.shape[3:])
        if not isinstance(state, tuple) or len(state) != 2:
            raise TypeError(f"{name} is {named(state)}, expected a pair (h, c), each {shape}")
        h, c = (check_array(f"{name}[{k}] ({'hc'[k]})", state[k], shape, dtype=self.dtype) for k in range(2))
        return h, c


def neighbourhoods(x: Array, K: int) -> Array:
    """Return what each place of a picture sees through a kernel, a column a place: (N, C * K * K, height * width).

    Args:
        x: pictures (N, C, height, width).
        K: the kernel's size, odd; the picture goes on with zeros past its edges.
    """
    N, C, height, width = x.shape
    edge = K // 2
    padded = np.pad(x, ((0, 0), (0, 0), (edge, edge), (edge, edge)))
    windows = sliding_window_view(padded, (K, K), axis=(2, 3))  # (N, C, height, width, K, K)
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(N, C * K * K, height * width)


def convolve(x: Array, kernel: Array) -> Array:
    """Return the pictures (N, R, height, width) that ``kernel`` (R, C, K, K) makes of ``x`` (N, C, height, width)."""
    N, _, height, width = x.shape
    R, _, K, _ = kernel.shape
    return (kernel.reshape(R, -1) @ neighbourhoods(x, K)).reshape(N, R, height, width)


def convolve_back(dy: Array, kernel: Array) -> Array:
    """Return the gradient for ``convolve``'s input: every place hands its error back to all the places it has seen.

    Args:
        dy: the gradient for what came out (N, R, height, width).
        kernel: (R, C, K, K).
    """
    N, R, height, width = dy.shape
    _, C, K, _ = kernel.shape
    edge = K // 2
    dwindows = (kernel.reshape(R, -1).T @ dy.reshape(N, R, -1)).reshape(N, C, K, K, height, width)
    dpadded = np.zeros((N, C, height + 2 * edge, width + 2 * edge), dy.dtype)
    for a, b in np.ndindex(K, K):
        dpadded[:, :, a : a + height, b : b + width] += dwindows[:, :, a, b]
    return dpadded[:, :, edge : edge + height, edge : edge + width]


def kernel_gradient(x: Array, dy: Array, K: int) -> Array:
    """Return the gradient for ``convolve``'s kernel (R, C, K, K), from its input and the gradient for its output."""
    N, R = dy.shape[:2]
    products: Array = dy.reshape(N, R, -1) @ neighbourhoods(x, K).swapaxes(1, 2)  # (N, R, C * K * K)
    return products.sum(0).reshape(R, x.shape[1], K, K)


def conv_shapes(C: int, M: int, K: int, J: int, peephole: bool) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a ConvLSTM's parameters; K is the input's kernel size, J the state's."""
    shapes: dict[str, tuple[int, ...]] = {
        "weight_ih": (4 * M, C, K, K),
        "weight_hh": (4 * M, M, J, J),
        "bias": (4 * M,),
    }
    return shapes | {"weight_ch": (3 * M,)} if peephole else shapes


def check_odd(name: str, value: Any) -> int:
    """Return ``value`` as an int, the size of a kernel.

    Raises:
        TypeError, ValueError: not a positive integer, or even: a kernel without a middle would shift the picture.
    """
    size = check_size(name, value)
    if size % 2 == 0:
        raise ValueError(f"{name} is {size}, expected an odd integer")
    return size
