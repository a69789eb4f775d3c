"""Train a net on pairs of texts, and see what it has learnt."""

import datetime
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch
from torch.nn import functional as F

from lstmlib.data.written import LANGUAGES, STYLES, Written, write_date, written_dates, written_numbers
from lstmlib.studies.translation.net import EncoderDecoder
from lstmlib.studies.translation.text import Alphabet
from lstmlib.torch.explosions import check_finite

Draw = Callable[[int, np.random.Generator], list[Written]]

DIGITS = "0123456789"
NUMBERS = Alphabet(DIGITS + ",. ", DIGITS)  # what the languages of ``lstmlib.data`` put between groups


@cache
def date_alphabet(languages: tuple[str, ...] = LANGUAGES) -> Alphabet:
    """Return the alphabet of all dates in these languages."""
    days = [datetime.date(2000, 1, 1) + datetime.timedelta(days=k) for k in range(366)]
    symbols = {
        c for day in days for language in languages for style in STYLES for c in write_date(day, language, style)
    }
    return Alphabet(symbols, DIGITS + "-")


def numbers_up_to(longest: int) -> Draw:
    """Return what draws numbers of 1 to ``longest`` digits, every length as often as any other."""

    def draw(count: int, rng: np.random.Generator) -> list[Written]:
        return [written_numbers(int(digits), 1, rng)[0] for digits in rng.integers(1, longest + 1, count)]

    return draw


def learn(
    draw: Draw,
    alphabet: Alphabet,
    *,
    attention: bool = True,
    input_feeding: bool = False,
    seed: int = 0,
    updates: int = 1000,
    batch_size: int = 32,
    hidden_size: int = 48,
    learning_rate: float = 3e-3,
) -> EncoderDecoder:
    """Return a net trained from the start with Adam, whose rate falls in a straight line to 0; gradients cut at 1.

    Args:
        draw: gives so many new pairs, from the generator.
        alphabet: of the pairs.
        attention: whether the net has it.
        input_feeding: whether its decoder reads the context of the step before.
        seed: of the initial weights and of the pairs; nets with and without attention see the same ones.
        updates: how many.
        batch_size: N, pairs an update.
        hidden_size: H, how many hidden units.
        learning_rate: of the first update.
    """
    rng = np.random.default_rng(seed)
    net = EncoderDecoder(
        len(alphabet.source),
        len(alphabet.target),
        hidden_size,
        attention=attention,
        input_feeding=input_feeding,
        generator=torch.Generator().manual_seed(seed),
    )
    adam = torch.optim.Adam(net.parameters(), learning_rate)
    for update in range(updates):
        adam.param_groups[0]["lr"] = learning_rate * (1.0 - update / updates)
        texts = alphabet.encode(draw(batch_size, rng))
        scores, _ = net(texts.source, texts.lengths, texts.read)
        loss = F.cross_entropy(scores[texts.mask], texts.target[texts.mask])
        if not loss.isfinite():
            check_finite(net, texts.source, texts.lengths, texts.read)
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
    return net


def accuracy(
    net: EncoderDecoder, alphabet: Alphabet, pairs: Sequence[Written], *, masked: bool = True, padding: int = 0
) -> float:
    """Return the share of texts that the net translates without a single wrong symbol.

    Args:
        net: trained or not.
        alphabet: of the pairs.
        pairs: what to translate, all in one batch.
        masked: whether attention knows where each source ends.
        padding: how many columns of padding are put behind the longest source, as a still longer one would.
    """
    texts = alphabet.encode(pairs)
    source = F.pad(texts.source, (0, 0, 0, padding))
    said, _ = net.translate(source, texts.lengths, texts.target.shape[0] + 2, masked=masked)
    right = [text == pair.target for text, pair in zip(alphabet.decode(said), pairs, strict=True)]
    return sum(right) / len(right)


def dates(count: int, rng: np.random.Generator) -> list[Written]:
    """Return dates to learn from, in all languages."""
    return written_dates(count, rng)
