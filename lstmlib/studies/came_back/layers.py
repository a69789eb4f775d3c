"""Eight recurrences, each for K nets side by side: what came back, and the LSTM and the GRU.

Each maps (K, N, T, E) to (K, N, T, width) with an array axis for K nets in front of every parameter, as
``lstmlib.studies.side_by_side`` has it. What can be computed without a loop over autograd's steps is.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from lstmlib.studies.side_by_side import Params, affine

HEADS = 2  # of the matrix memories
STATES = 4  # numbers that a selective state space keeps a channel


class Layer(NamedTuple):
    """A recurrence.

    Attributes:
        rows: takes H and returns how many rows the map of the input has.
        width: takes H and returns how many numbers a step gives to the read-out.
        extra: takes E and H and returns the shapes of parameters beside "in" and "bias".
        run: takes the parameters and x, returns the outputs.
        starts: at which its gates, its ring or its write strength may begin; the search chooses. The first, which
            keeps least, is for problems in which most of what matters was just read.
        start: takes a net's parameters (no axis for nets) and one of ``starts``, and sets it.
    """

    rows: Callable[[int], int]
    width: Callable[[int], int]
    extra: Callable[[int], dict[str, tuple[int, ...]]]
    run: Callable[[Params, Tensor], Tensor]
    starts: tuple[float, ...]
    start: Callable[[Params, float], None]


class Scan(torch.autograd.Function):
    """h(t) = a(t) h(t-1) + b(t) along axis 2, from 0; the way back is the same recurrence, from the other end."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        """Return all states."""
        h = torch.empty_like(b)
        h[:, :, 0] = b[:, :, 0]
        for t in range(1, b.shape[2]):
            torch.addcmul(b[:, :, t], a[:, :, t], h[:, :, t - 1], out=h[:, :, t])
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients of the factors and of what comes in."""
        (a, h), e = ctx.saved_tensors, grads[0].clone()
        for t in range(e.shape[2] - 2, -1, -1):
            e[:, :, t].addcmul_(a[:, :, t + 1], e[:, :, t + 1])
        before = torch.zeros_like(h)
        before[:, :, 1:] = h[:, :, :-1]
        return e * before, e


def scan(a: Tensor, b: Tensor) -> Tensor:
    """Return all states of h(t) = a(t) h(t-1) + b(t), from 0; real arrays (K, N, T, ...) of one shape."""
    found: Tensor = Scan.apply(a, b)  # type: ignore[no-untyped-call]
    return found


def lstm(p: Params, x: Tensor) -> Tensor:
    """Run LSTMs; rows i, f, g, o."""
    drive = affine(x, p["in"], p["bias"])
    W = p["hh"].mT
    h = c = drive.new_zeros(*drive.shape[:2], W.shape[1])
    found = []
    for net in drive.unbind(2):
        i, f, g, o = torch.baddbmm(net, h, W).chunk(4, -1)
        c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
        h = o.sigmoid() * c.tanh()
        found.append(h)
    return torch.stack(found, 2)


def gru(p: Params, x: Tensor) -> Tensor:
    """Run GRUs as ``torch.nn`` has them, the reset gate after the product; rows r, z, n, and z keeps the old state."""
    drive = affine(x, p["in"], p["bias"])
    W, H = p["hh"].mT, p["hh"].shape[2]
    h, late = drive.new_zeros(*drive.shape[:2], H), p["late"][:, None]
    found = []
    for net in drive.unbind(2):
        heard = h @ W
        r, z = (net[..., : 2 * H] + heard[..., : 2 * H]).sigmoid().chunk(2, -1)
        n = torch.addcmul(net[..., 2 * H :], r, heard[..., 2 * H :] + late).tanh()
        h = torch.lerp(n, h, z)
        found.append(h)
    return torch.stack(found, 2)


def min_gru(p: Params, x: Tensor) -> Tensor:
    """Run minGRUs (Feng et al. 2024); rows: what is kept, and the candidate."""
    keep, new = affine(x, p["in"], p["bias"]).chunk(2, -1)
    a = keep.sigmoid()
    return scan(a, (1.0 - a) * new)


def lru(p: Params, x: Tensor) -> Tensor:
    """Run linear recurrent units (Orvieto et al. 2023): one complex factor a unit; shown are both its parts.

    A complex product is two real ones turned by the angle, so the state is turned back first: with h = r^t e^(i w t)
    apart, u(t) = e^(-i w t) b(t) obeys a real recurrence with factor r.
    """
    radius = torch.exp(-torch.exp(p["nu"]))  # (K, H)
    b = affine(x, p["in"], p["bias"]) * (1.0 - radius**2).sqrt().repeat(1, 2)[:, None, None]
    times = torch.arange(x.shape[2], dtype=x.dtype)
    angle = times[:, None] * p["angle"][:, None]  # (K, T, H)
    cos, sin = angle.cos()[:, None], angle.sin()[:, None]
    re, im = b.chunk(2, -1)
    turned = torch.cat([re * cos + im * sin, im * cos - re * sin], -1)
    re, im = scan(radius.repeat(1, 2)[:, None, None].expand_as(turned), turned).chunk(2, -1)
    return torch.cat([re * cos - im * sin, re * sin + im * cos], -1)


def selective(p: Params, x: Tensor) -> Tensor:
    """Run selective state spaces (Gu and Dao 2023), without their short convolution.

    Every channel keeps ``STATES`` numbers with factors e^(-n step(t)), n = 1, 2, ... at the start. Rows: the channel's
    input, its step, its exit gate, and B and C.
    """
    H = (p["in"].shape[1] - 2 * STATES) // 3
    u, step, gate, B, C = torch.split(affine(x, p["in"], p["bias"]), [H, H, H, STATES, STATES], -1)
    step = F.softplus(step)[..., None]  # (K, N, T, H, 1)
    a = torch.exp(-step * torch.exp(p["log_decay"])[:, None, None])
    b = step * B[..., None, :] * u[..., None]
    y = (scan(a, b) * C[..., None, :]).sum(-1) + p["skip"][:, None, None] * u
    return y * F.silu(gate)


def heads(x: Tensor) -> Tensor:
    """Return (K, N, T, H) as (K, N, heads, T, H / heads)."""
    return x.reshape(*x.shape[:-1], HEADS, -1).transpose(2, 3)


def joined(x: Tensor) -> Tensor:
    """Undo ``heads``."""
    return x.transpose(2, 3).flatten(-2)


def mlstm(p: Params, x: Tensor) -> Tensor:
    """Run mLSTMs (Beck et al. 2024) as masked attention, with their stabiliser; rows q, k, v, exit gate, i, f."""
    H = (p["in"].shape[1] - 2 * HEADS) // 4
    q, k, v, o, i, f = torch.split(affine(x, p["in"], p["bias"]), [H, H, H, H, HEADS, HEADS], -1)
    q, k, v = heads(q), heads(k) * (H // HEADS) ** -0.5, heads(v)
    age = F.logsigmoid(f).cumsum(2).transpose(2, 3)  # (K, N, heads, T)
    weight = age[..., :, None] - age[..., None, :] + i.transpose(2, 3)[..., None, :]
    T = x.shape[2]
    weight = weight.masked_fill(~torch.ones(T, T, dtype=torch.bool).tril(), -torch.inf)
    top = weight.amax(-1, keepdim=True)
    scores = q @ k.mT * torch.exp(weight - top)
    y = scores @ v / torch.maximum(scores.sum(-1, keepdim=True).abs(), torch.exp(-top))
    return joined(y) * o.sigmoid()


def delta(p: Params, x: Tensor, *, most: float = 1.0) -> Tensor:
    """Run delta rules (Schlag et al. 2021), with keys of length 1 and a write strength below ``most``.

    What is written at step t, u(t) = strength(t) (v(t) - C(t-1) k(t)), solves a triangular system over all steps
    (Yang et al. 2024). Rows q, k, v, strength.
    """
    H = (p["in"].shape[1] - HEADS) // 3
    q, k, v, beta = torch.split(affine(x, p["in"], p["bias"]), [H, H, H, HEADS], -1)
    q, k, v = heads(q), F.normalize(heads(k), dim=-1, eps=1e-6), heads(v)
    strength = most * beta.sigmoid().transpose(2, 3)[..., None]
    system = strength * (k @ k.mT).tril(-1) + torch.eye(x.shape[2])
    written = torch.linalg.solve_triangular(system, strength * v, upper=False, unitriangular=True)
    return joined((q @ k.mT).tril() @ written)


def delta_negative(p: Params, x: Tensor) -> Tensor:
    """Run delta rules whose write strength goes up to 2, so that an eigenvalue may go down to -1."""
    return delta(p, x, most=2.0)


def _rows(count: int, more: int = 0) -> Callable[[int], int]:
    return lambda H: count * H + more


def _none(H: int) -> dict[str, tuple[int, ...]]:
    return {}


def _space(H: int) -> dict[str, tuple[int, ...]]:
    return {"log_decay": (H, STATES), "skip": (H,)}


def _bias(block: int, blocks: int, more: int = 0, sign: float = 1.0) -> Callable[[Params, float], None]:
    """Return what sets the biases of one block of rows, of so many blocks of H and ``more`` rows after them."""

    def start(p: Params, value: float) -> None:
        H = (p["in"].shape[0] - more) // blocks
        p["bias"][block * H : (block + 1) * H] = sign * value

    return start


def _last(p: Params, value: float) -> None:
    p["bias"][-HEADS:] = value


def _decays(p: Params, value: float) -> None:
    _bias(1, 3, 2 * STATES, -1.0)(p, value)  # softplus(-value): the slowest factor is logistic(value)
    p["log_decay"][:] = torch.log(torch.arange(1.0, STATES + 1.0))
    p["skip"][:] = 1.0


def _ring(p: Params, value: float) -> None:
    r = torch.sqrt(value**2 + (0.999**2 - value**2) * (p["nu"] - p["nu"].min()) / (p["nu"].max() - p["nu"].min()))
    p["nu"][:] = torch.log(-torch.log(r))
    p["angle"][:] *= torch.pi / p["angle"].abs().max()


BIASES = (0.0, 1.0, 3.0)
LAYERS: dict[str, Layer] = {
    "LSTM": Layer(_rows(4), _rows(1), lambda H: {"hh": (4 * H, H)}, lstm, BIASES, _bias(1, 4)),
    "GRU": Layer(_rows(3), _rows(1), lambda H: {"hh": (3 * H, H), "late": (H,)}, gru, BIASES, _bias(1, 3)),
    "minGRU": Layer(_rows(2), _rows(1), _none, min_gru, BIASES, _bias(0, 2)),
    "LRU": Layer(_rows(2), _rows(2), lambda H: {"nu": (H,), "angle": (H,)}, lru, (0.5, 0.9, 0.99), _ring),
    "selective": Layer(_rows(3, 2 * STATES), _rows(1), _space, selective, BIASES, _decays),
    "mLSTM": Layer(_rows(4, 2 * HEADS), _rows(1), _none, mlstm, (1.0, 3.0, 5.0), _last),
    "delta": Layer(_rows(3, HEADS), _rows(1), _none, delta, (-2.0, 0.0, 2.0), _last),
    "delta, to -1": Layer(_rows(3, HEADS), _rows(1), _none, delta_negative, (-2.0, 0.0, 2.0), _last),
}
