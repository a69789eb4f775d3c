"""Several encoder-decoders of one shape trained side by side: each learns as ``learn`` would teach it."""

from collections.abc import Iterator

import torch
from torch import Tensor

from lstmlib.studies.side_by_side import Nets, affine, part_of
from lstmlib.studies.translation.net import EncoderDecoder
from lstmlib.studies.translation.text import Texts


class SideBySide(Nets[EncoderDecoder]):
    """K encoder-decoders of one shape.

    Args:
        nets: the nets, which differ in their numbers alone.
    """

    def losses(self, texts: Texts) -> Tensor:
        """Return each net's mean cross-entropy (K,) of the symbols that count, given the right ones before them.

        Args:
            texts: as a net takes them, each array with the nets' axis in front.
        """
        scores = self.scores(texts.source, texts.lengths, texts.read)
        right = scores.log_softmax(-1).gather(-1, texts.target[..., None])[..., 0]  # (K, T, N)
        return -(right * texts.mask).sum((1, 2)) / texts.mask.sum((1, 2))

    def scores(self, source: Tensor, lengths: Tensor, read: Tensor) -> Tensor:
        """Return the scores of every symbol (K, T, N, V), as ``EncoderDecoder.forward`` does of one net.

        Args:
            source: symbols (K, S, N).
            lengths: how many each source has (K, N).
            read: START and the target (K, T, N).
        """
        p, net = self.params(), self.nets[0]
        h, m = self._read(p, source, lengths)  # (K, N, S, 2H), (K, N, 2H)
        state = torch.tanh(affine(m, p["first.weight"], p["first.bias"]))
        E = p["target.weight"].shape[2]
        enter = {**part_of(p, "decoder."), "weight_ih_l0": p["decoder.weight_ih_l0"][..., :E]}
        drive = _drive(p["target.weight"], enter, read)  # (K, T, N, 3H)
        if net.attention is None:
            if net.input_feeding:  # the same context at every step but the first, which has none
                fed = affine(m, p["decoder.weight_ih_l0"][..., E:])[:, None]
                drive = torch.cat([drive[:, :1], drive[:, 1:] + fed], 1)
            s = torch.stack(list(_gru(enter, drive, state)), 1)  # (K, T, N, H)
            c = m[:, None].expand(-1, s.shape[1], -1, -1)
            return affine(torch.cat([s, c], -1), p["readout.weight"], p["readout.bias"])
        inside = torch.arange(h.shape[2]) < lengths[..., None]  # (K, N, S)
        keys = affine(h, p["attention.weight_key"])  # (K, N, S, A)
        if not net.input_feeding:
            s = torch.stack(list(_gru(enter, drive, state)), 2)  # (K, N, T, H)
            c = _look(p, s, keys, h, inside)
            return affine(torch.cat([s, c], -1), p["readout.weight"], p["readout.bias"]).transpose(1, 2)
        found, c = [], torch.zeros_like(m)
        for now in drive.unbind(1):
            now = now + affine(c, p["decoder.weight_ih_l0"][..., E:])
            state = next(_gru(enter, now[:, None], state))
            c = _look(p, state[:, :, None], keys, h, inside)[:, :, 0]
            found.append(torch.cat([state, c], -1))
        return affine(torch.stack(found, 1), p["readout.weight"], p["readout.bias"])

    def step(self, texts: Texts, rates: Tensor) -> Tensor:
        """Take one step of Adam with every net, gradients cut at 1; return their losses (K,) before it.

        Args:
            texts: what the nets learn from, each array with the nets' axis in front.
            rates: of each net (K,).
        """
        losses = self.losses(texts)
        self.descend(losses, rates)
        return losses.detach()

    def _read(self, p: dict[str, Tensor], source: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states (K, N, S, 2H) and the summary (K, N, 2H)."""
        step = torch.arange(source.shape[1])[:, None]
        length = lengths[:, None]
        turned = torch.where(step < length, length - 1 - step, step)  # (K, S, N), its own inverse
        ways = {"both": ("forward_layer.", "backward_layer."), "forward": ("",), "reversed": ("layer.",)}
        states, ends = [], []
        for way in ways[self.nets[0].reading]:
            back = way in ("backward_layer.", "layer.")
            layer = part_of(p, f"encoder.{way}")
            drive = _drive(p["source.weight"], layer, source.gather(1, turned) if back else source)
            K, _, N, rows = drive.shape
            y = torch.stack(list(_gru(layer, drive, drive.new_zeros(K, N, rows // 3))), 1)  # (K, S, N, H)
            ends.append(y.gather(1, (length - 1)[..., None].expand(-1, -1, -1, y.shape[3]))[:, 0])
            states.append(y.gather(1, turned[..., None].expand_as(y)) if back else y)
        return torch.cat(states, -1).transpose(1, 2).contiguous(), torch.cat(ends, -1)


def _drive(table: Tensor, layer: dict[str, Tensor], symbols: Tensor) -> Tensor:
    """Return what a recurrent layer gets from its symbols: table (K, V, E), symbols (K, T, N), result (K, T, N, R)."""
    entries = affine(table, layer["weight_ih_l0"], layer["bias_ih_l0"])  # (K, V, R)
    K, V, R = entries.shape
    return torch.nn.functional.embedding(symbols + V * torch.arange(K)[:, None, None], entries.reshape(K * V, R))


def _gru(layer: dict[str, Tensor], drive: Tensor, h: Tensor) -> Iterator[Tensor]:
    """Yield the states (K, N, H) after each step of what it is driven by (K, T, N, 3H)."""
    W, b, H = layer["weight_hh_l0"].mT, layer["bias_hh_l0"][:, None], h.shape[-1]
    for net in drive.unbind(1):
        own = torch.baddbmm(b, h, W)  # (K, N, 3H)
        r, z = torch.sigmoid(net[..., : 2 * H] + own[..., : 2 * H]).chunk(2, -1)
        n = torch.tanh(torch.addcmul(net[..., 2 * H :], r, own[..., 2 * H :]))
        h = torch.lerp(n, h, z)
        yield h


def _look(p: dict[str, Tensor], s: Tensor, keys: Tensor, h: Tensor, inside: Tensor) -> Tensor:
    """Return the contexts (K, N, T, 2H) for s (K, N, T, H), given keys (K, N, S, A) and states h (K, N, S, 2H)."""
    queries = affine(s, p["attention.weight_query"])  # (K, N, T, A)
    hidden = torch.tanh(queries[:, :, :, None] + keys[:, :, None])  # (K, N, T, S, A)
    K, N, T, S, A = hidden.shape
    scores = (hidden.view(K, -1, A) @ p["attention.weight_score"][..., None]).view(K, N, T, S)
    weights = scores.masked_fill(~inside[:, :, None], -torch.inf).softmax(-1)
    return (weights.view(K * N, T, S) @ h.view(K * N, S, -1)).view(K, N, T, -1)
