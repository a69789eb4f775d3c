"""Several nets of one shape trained side by side, with one more axis in front of every array.

Nets as small as those of the studies spend most of their time between the operations. Here K of them, with seeds and
rates of their own, go through each operation together.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstmlib.torch import GRU, LSTM, RNN, LayerNorm, Linear, PositionalEncoding, TransformerBlock
from lstmlib.torch.positional import alibi, rotated, sinusoids

Net = TypeVar("Net", bound=nn.Module)
Params = dict[str, Tensor]


class Nets(Generic[Net]):
    """K nets of one shape, and Adam for all of them.

    Args:
        nets: the nets, which differ in their numbers alone.
    """

    def __init__(self, nets: Sequence[Net]) -> None:
        self.nets = list(nets)
        self.names = [(name, value.shape) for name, value in nets[0].named_parameters()]
        rows = [torch.cat([value.detach().reshape(-1) for value in net.parameters()]) for net in nets]
        self.flat = torch.stack(rows).requires_grad_()  # (K, P)
        self.first, self.second, self.done = torch.zeros_like(self.flat), torch.zeros_like(self.flat), 0

    def params(self) -> Params:
        """Return the parameters by name, each with the nets' axis in front."""
        parts = torch.split(self.flat, [shape.numel() for _, shape in self.names], 1)
        return {name: part.view(-1, *shape) for (name, shape), part in zip(self.names, parts, strict=True)}

    def descend(self, losses: Tensor, rates: Tensor, most: float = 1.0) -> None:
        """Take one step of Adam with every net.

        Args:
            losses: of each net (K,), computed from ``params``.
            rates: of each net (K,).
            most: each net's gradient is cut at this length.
        """
        (grad,) = torch.autograd.grad(losses.sum(), self.flat)
        with torch.no_grad():
            grad *= (most / (grad.norm(dim=1, keepdim=True) + 1e-6)).clamp(max=1.0)
            self.done += 1
            self.first.lerp_(grad, 0.1)
            self.second.mul_(0.999).addcmul_(grad, grad, value=0.001)
            size = (self.second / (1.0 - 0.999**self.done)).sqrt_().add_(1e-8)
            self.flat -= rates[:, None] / (1.0 - 0.9**self.done) * self.first / size

    def trained(self) -> list[Net]:
        """Return the nets, with the numbers that they have now."""
        now = self.params()
        with torch.no_grad():
            for k, net in enumerate(self.nets):
                for name, value in net.named_parameters():
                    value.copy_(now[name][k])
        return self.nets


def part_of(p: Params, prefix: str) -> Params:
    """Return the parameters whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): value for name, value in p.items() if name.startswith(prefix)}


def affine(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return W x + b for each of K nets: x (K, ..., D), weight (K, R, D), bias (K, R)."""
    flat = x.reshape(x.shape[0], -1, x.shape[-1])
    y = flat @ weight.mT if bias is None else torch.baddbmm(bias[:, None], flat, weight.mT)
    return y.view(*x.shape[:-1], -1)


def run(layer: nn.Module, p: Params, x: Tensor) -> Tensor:
    """Return what K copies of a layer make of their sequences (K, N, T, D), each with its own parameters.

    Args:
        layer: one of them, for its settings.
        p: the parameters of all, by their names in the layer.
        x: inputs.

    Raises:
        TypeError: a layer that isn't known here.
    """
    if isinstance(layer, Linear):
        return affine(x, p["weight"], p["bias"])
    if isinstance(layer, LayerNorm):
        return _norm(p, x, layer.eps)
    if isinstance(layer, PositionalEncoding):
        return x + sinusoids(x.shape[2], x.shape[3]).to(x.dtype)
    if isinstance(layer, TransformerBlock):
        return _block(layer, p, x)
    if isinstance(layer, LSTM):
        return _lstm(p, x)
    if isinstance(layer, GRU) and layer.reset == "after":
        return _gru(p, x)
    if isinstance(layer, RNN):
        return _tanh(p, x)
    raise TypeError(f"layer is {type(layer).__name__}, expected one of those that are known here")


def _norm(p: Params, x: Tensor, eps: float) -> Tensor:
    return torch.addcmul(p["bias"][:, None, None], F.layer_norm(x, x.shape[3:], eps=eps), p["weight"][:, None, None])


def _block(layer: TransformerBlock, p: Params, x: Tensor) -> Tensor:
    """Return what causal "pre" blocks with relu make of x (K, N, T, E)."""
    K, N, T, E = x.shape
    heads, positions, eps = layer.self_attn.num_heads, layer.self_attn.positions, layer.norm1.eps
    normed = _norm(part_of(p, "norm1."), x, eps)
    mapped = affine(normed, p["self_attn.in_proj_weight"], p["self_attn.in_proj_bias"])  # (K, N, T, 3E)
    q, k, v = mapped.view(K * N, T, 3, heads, E // heads).permute(2, 0, 3, 1, 4).unbind(0)  # (K N, heads, T, d)
    if positions == "rope":
        q, k = rotated(q), rotated(k)
    if positions == "alibi":
        mask = alibi(T, heads).to(x.dtype).masked_fill(~torch.ones(T, T, dtype=torch.bool).tril(), -torch.inf)
        found = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    else:
        found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    joined = found.transpose(1, 2).reshape(K, N, T, E)
    x = x + affine(joined, p["self_attn.out_proj.weight"], p["self_attn.out_proj.bias"])
    normed = _norm(part_of(p, "norm2."), x, eps)
    hidden = torch.relu(affine(normed, p["linear1.weight"], p["linear1.bias"]))
    return x + affine(hidden, p["linear2.weight"], p["linear2.bias"])


def _lstm(p: Params, x: Tensor) -> Tensor:
    """Return the states h (K, N, T, H) of LSTMs that read x (K, N, T, D)."""
    drive = affine(x, p["weight_ih_l0"], p["bias_ih_l0"])  # (K, N, T, 4H)
    W, b = p["weight_hh_l0"].mT, p["bias_hh_l0"][:, None]
    h = c = drive.new_zeros(*drive.shape[:2], drive.shape[3] // 4)
    found = []
    for net in drive.unbind(2):
        i, f, g, o = torch.baddbmm(b, h, W).add(net).chunk(4, -1)
        c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
        h = o.sigmoid() * c.tanh()
        found.append(h)
    return torch.stack(found, 2)


def _gru(p: Params, x: Tensor) -> Tensor:
    """Return the states h (K, N, T, H) of GRUs whose reset gate stands after the product."""
    drive = affine(x, p["weight_ih_l0"], p["bias_ih_l0"])  # (K, N, T, 3H)
    W, b = p["weight_hh_l0"].mT, p["bias_hh_l0"][:, None]
    H = W.shape[1]
    h = drive.new_zeros(*drive.shape[:2], H)
    found = []
    for net in drive.unbind(2):
        back = torch.baddbmm(b, h, W)
        r, z = (net[..., : 2 * H] + back[..., : 2 * H]).sigmoid().chunk(2, -1)
        n = torch.addcmul(net[..., 2 * H :], r, back[..., 2 * H :]).tanh()
        h = torch.lerp(n, h, z)
        found.append(h)
    return torch.stack(found, 2)


def _tanh(p: Params, x: Tensor) -> Tensor:
    """Return the states h (K, N, T, H) of plain tanh nets."""
    drive = affine(x, p["weight_ih_l0"], p["bias_ih_l0"])  # (K, N, T, H)
    W, b = p["weight_hh_l0"].mT, p["bias_hh_l0"][:, None]
    h = torch.zeros_like(drive[:, :, 0])
    found = []
    for net in drive.unbind(2):
        h = torch.baddbmm(b, h, W).add(net).tanh()
        found.append(h)
    return torch.stack(found, 2)
