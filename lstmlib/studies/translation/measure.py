"""What the chapter on attention says of trained nets: how each number was measured."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from lstmlib.data.written import Written, written_dates, written_numbers
from lstmlib.studies.translation.learn import NUMBERS, accuracy, date_alphabet, dates, learn, numbers_up_to
from lstmlib.studies.translation.net import EncoderDecoder
from lstmlib.studies.translation.text import Alphabet, Texts

Floats = NDArray[np.float64]

LENGTHS = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24)  # digits of the numbers tested
PADDINGS = (0, 4, 8, 16, 32)  # columns of padding behind numbers of PADDED digits
PADDED = 6
TESTED = 200  # texts a test; other than those learnt from, by their seed or by their day


def measure_numbers(
    *, attention: bool, longest: int, seed: int, updates: int = 1000, **settings: Any
) -> dict[str, Any]:
    """Train a net on numbers of up to ``longest`` digits; return its accuracy for every length, and more.

    Args:
        attention: whether the net has it.
        longest: of the numbers learnt from.
        seed: of the net and of what it learns from; the tests are the same for all.
        updates: how many.
        settings: more of ``learn``'s.

    Returns:
        "right": digits -> share of ``TESTED`` numbers with no digit wrong. With attention also "padding": columns ->
        the share of right ones, and of the weight, that are left when the mask is forgotten; and "offsets": how far
        the largest weight lies from the digit that is being copied -> share of digits.
    """
    net = learn(numbers_up_to(longest), NUMBERS, attention=attention, seed=seed, updates=updates, **settings)
    rng = np.random.default_rng(1_000_000)
    tests = {digits: written_numbers(digits, TESTED, rng) for digits in LENGTHS}
    found: dict[str, Any] = {"attention": attention, "longest": longest, "seed": seed, "updates": updates}
    found["parameters"] = net.num_parameters
    found["right"] = {digits: round(accuracy(net, NUMBERS, pairs), 3) for digits, pairs in tests.items()}
    if attention:
        pairs = tests[PADDED]
        found["padding"] = {
            columns: {
                "right": round(accuracy(net, NUMBERS, pairs, masked=False, padding=columns), 3),
                "weight": round(weight_on_padding(net, NUMBERS, pairs, columns), 3),
            }
            for columns in PADDINGS
        }
        found["offsets"] = offsets(net, NUMBERS, tests[max(digits for digits in LENGTHS if digits <= min(8, longest))])
    return found


def measure_dates(*, attention: bool, seed: int, updates: int = 600, **settings: Any) -> dict[str, Any]:
    """Train a net on dates; return how many of the days kept for tests it gets right, and how far it can be believed.

    Args:
        attention: whether the net has it.
        seed: of the net and of what it learns from; the tests are the same for all.
        updates: how many.
        settings: more of ``learn``'s.

    Returns:
        "right": the share of ``TESTED`` dates with no symbol wrong. With attention also "most": for how many of the
        symbols the source's symbol with the largest weight is the one whose change moves the answer most, and for how
        many it is that one or its neighbour.
    """
    alphabet = date_alphabet()
    net = learn(dates, alphabet, attention=attention, seed=seed, updates=updates, **settings)
    pairs = written_dates(TESTED, np.random.default_rng(1_000_000), held_out=True)
    found: dict[str, Any] = {"attention": attention, "seed": seed, "updates": updates}
    found["parameters"] = net.num_parameters
    found["right"] = round(accuracy(net, alphabet, pairs), 3)
    if attention:
        found["most"] = most_looked_at_and_most_felt(net, alphabet.encode(pairs))
    return found


@torch.no_grad()
def weight_on_padding(net: EncoderDecoder, alphabet: Alphabet, pairs: Sequence[Written], columns: int) -> float:
    """Return the mean share of its weight that attention without a mask gives to what lies past a text's end."""
    texts = alphabet.encode(pairs)
    source = F.pad(texts.source, (0, 0, 0, columns))
    h, m = net.read(source, texts.lengths)
    _, _, weights = net.decode(h, m, None, texts.read, True)
    assert weights is not None
    past = torch.arange(source.shape[0]) >= texts.lengths[:, None]  # (N, S)
    on_padding = (weights * past[:, None]).sum(2)  # (N, T)
    return float(on_padding[texts.mask.T].mean())


@torch.no_grad()
def offsets(net: EncoderDecoder, alphabet: Alphabet, pairs: Sequence[Written]) -> dict[str, float]:
    """Return how far from a number's digit the largest weight lies when that digit is written: places -> share.

    The pairs are numbers, whose k-th digit is the k-th of the source's: there the right alignment is known.
    """
    texts = alphabet.encode(pairs)
    _, weights = net(texts.source, texts.lengths, texts.read, need_weights=True)
    counts: dict[str, int] = {}
    for n, pair in enumerate(pairs):
        places = [k for k, symbol in enumerate(pair.source) if symbol.isdigit()]
        for i, place in enumerate(places):
            off = str(int(weights[n, i].argmax()) - place)
            counts[off] = counts.get(off, 0) + 1
    total = sum(counts.values())
    return {off: round(count / total, 3) for off, count in sorted(counts.items(), key=lambda item: -item[1])}


def input_gradients(net: EncoderDecoder, texts: Texts) -> Floats:
    """Return how strongly log p of each symbol of the target reacts to each symbol of the source (N, T, S).

    That is the length of the gradient for the source symbol's vector.
    """
    x = net.source(texts.source)[0].detach().requires_grad_()
    h, m = net.read_vectors(x, texts.lengths)
    s, c, _ = net.decode(h, m, texts.lengths, texts.read)
    said = net.say(s, c).log_softmax(2)
    right = said.gather(2, texts.target[..., None])[..., 0]  # (T, N)
    found = [torch.autograd.grad(row.sum(), x, retain_graph=True)[0].norm(dim=2).T for row in right]
    return torch.stack(found, dim=1).double().numpy()


def most_looked_at_and_most_felt(net: EncoderDecoder, texts: Texts) -> dict[str, float]:
    """Return how often the source's symbol with the largest weight is the one with the largest gradient.

    "same": that very one; "near": that one or its neighbour on either side. END, which copies nothing, is left out.
    """
    _, weights = net(texts.source, texts.lengths, texts.read, need_weights=True)
    looked, felt = weights.argmax(2).numpy(), input_gradients(net, texts).argmax(2)  # (N, T)
    counts = (texts.mask & (texts.target != 0)).T.numpy()
    far = np.abs(looked - felt)[counts]
    return {"same": round(float((far == 0).mean()), 3), "near": round(float((far <= 1).mean()), 3)}


def alignment(net: EncoderDecoder, alphabet: Alphabet, pair: Written) -> dict[str, Any]:
    """Return one text's attention as the interactive figure takes it.

    Returns:
        "source", "target" (END as "■"), "language"; "scores" e (T, S); "plane" (S, 2), the encoder's states in the
        plane in which they spread most, and "spread", the share of their variance that lies in it; and "push" (T, S):
        the loss's gradient for the weights, when the error on each context has the direction that the loss gives it
        and length 1.

    Raises:
        ValueError: the net has no attention, or translates the text wrongly.
    """
    if net.attention is None:
        raise ValueError("net has no attention, expected one that has")
    texts = alphabet.encode([pair])
    said, _ = net.translate(texts.source, None, len(pair.target) + 2)
    if alphabet.decode(said) != [pair.target]:
        raise ValueError(f"{pair.source!r} becomes {alphabet.decode(said)[0]!r}, expected {pair.target!r}")
    h, m = net.read(texts.source)
    s = net.decode(h, m, None, texts.read)[0]
    at = net.attention
    scores = torch.tanh(F.linear(s, at.weight_query)[:, 0, None] + F.linear(h, at.weight_key)[:, 0]) @ at.weight_score
    c = (scores.softmax(1) @ h[:, 0])[:, None].detach().requires_grad_()  # (T, 1, 2H)
    loss = F.cross_entropy(net.say(s.detach(), c)[:, 0], texts.target[:, 0], reduction="sum")
    error = torch.autograd.grad(loss, c)[0][:, 0]
    push = F.normalize(error, dim=1) @ h[:, 0].T  # (T, S)
    states = h[:, 0].detach().double().numpy()
    states = states - states.mean(0)
    _, sizes, axes = np.linalg.svd(states, full_matrices=False)
    plane = states @ axes[:2].T
    return {
        "source": pair.source,
        "target": pair.target + "■",
        "language": pair.language,
        "scores": np.round(scores.detach().double().numpy(), 2).tolist(),
        "plane": np.round(plane / np.abs(plane).max(), 2).tolist(),
        "spread": round(float((sizes[:2] ** 2).sum() / (sizes**2).sum()), 2),
        "push": np.round(push.detach().double().numpy(), 2).tolist(),
    }
