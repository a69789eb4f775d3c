"""An encoder that reads a text from both ends, and a decoder that writes another, with attention or without."""

import torch
from torch import Tensor, nn

from lstmlib.numpy.checks import check_choice
from lstmlib.studies.translation.text import END, START
from lstmlib.torch.attention import AdditiveAttention
from lstmlib.torch.bidirectional import Bidirectional
from lstmlib.torch.embedding import Embedding
from lstmlib.torch.gru import GRU
from lstmlib.torch.linear import Linear
from lstmlib.torch.reversed import Reversed

READINGS = ("both", "forward", "reversed")


class EncoderDecoder(nn.Module):
    """Read a source into states h(1) ... h(S), then write a target a symbol at a time.

    With y(0) = START and the summary m = [last forward state, last backward state]::

        s(0) = tanh(W_0 m + b_0)
        s(i) = GRU(y(i-1), s(i-1))
        c(i) = sum_j alpha(i, j) h(j)     with attention, alpha by ``AdditiveAttention`` with s(i) as the query
        c(i) = m                          without
        p(i) = softmax(W [s(i), c(i)] + b)

    Nothing else differs: without attention all that the decoder ever learns of the source is m, 2H numbers. With
    ``input_feeding`` the decoder also reads the context of the step before, c(0) = 0::

        s(i) = GRU([y(i-1), c(i-1)], s(i-1))

    Source: the states and the scores are those of Bahdanau, Cho and Bengio (2015), one summary for all steps is that
    of Cho et al. (2014). Bahdanau et al. ask with s(i-1) and take c(i) into the step to s(i). Here it asks with s(i)
    after the step, as in Luong, Pham and Manning (2015). Input feeding is their section 3.3, except that they feed
    tanh(W_c [c(i), s(i)]) and here it is c(i) itself. Without it no step of the decoder needs the context of another,
    so in training all queries of a sentence go at once.

    Args:
        source_symbols: how many symbols a source is made of.
        target_symbols: how many a target is made of, END and START among them.
        hidden_size: H, the units of the decoder, and of each direction of the encoder.
        embed_size: E, the width of a symbol's vector.
        attention: whether c(i) is looked for anew at each step.
        input_feeding: whether the decoder reads c(i-1) as well.
        reading: how the encoder reads: "both", from both ends; "forward"; or "reversed", from the end to the start, as
            Sutskever, Vinyals and Le (2014) read. One that reads one way has 2H units, so that m is as wide.
        generator: source of the initial parameters; torch's own if ``None``.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or an unknown ``reading``.
    """

    def __init__(
        self,
        source_symbols: int,
        target_symbols: int,
        hidden_size: int = 64,
        embed_size: int = 32,
        *,
        attention: bool = True,
        input_feeding: bool = False,
        reading: str = "both",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        H, E = hidden_size, embed_size
        self.reading = check_choice("reading", reading, READINGS)
        self.source = Embedding(source_symbols, E, generator=generator)
        self.target = Embedding(target_symbols, E, generator=generator)
        self.encoder = _encoder(E, H, reading, generator)
        self.first = Linear(2 * H, H, generator=generator)
        self.input_feeding = input_feeding
        self.decoder = GRU(E + 2 * H if input_feeding else E, H, generator=generator)
        self.readout = Linear(3 * H, target_symbols, generator=generator)
        self.attention = AdditiveAttention(H, 2 * H, H, generator=generator) if attention else None

    @property
    def num_parameters(self) -> int:
        """How many numbers the net learns."""
        return sum(value.numel() for value in self.parameters())

    def read(self, source: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the states h (S, N, 2H), one for every symbol of the source, and the summary m (N, 2H).

        Args:
            source: symbols (S, N).
            lengths: how many each text has (N,); S if ``None``.
        """
        return self.read_vectors(self.source(source)[0], lengths)

    def read_vectors(self, x: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the same for a source whose symbols are vectors already, x (S, N, E)."""
        h, ends = self.encoder(x, None, lengths)
        return h, torch.cat([ends[0], ends[1]], dim=1) if self.reading == "both" else ends

    def look(
        self, s: Tensor, h: Tensor, m: Tensor, lengths: Tensor | None, need_weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Return the contexts c (T, N, 2H) for the decoder's states s (T, N, H), and the weights (N, T, S) if asked."""
        if self.attention is None:
            return m.expand(s.shape[0], -1, -1), None
        return self.attention(s, h, memory_lengths=lengths, need_weights=need_weights)

    def forward(
        self, source: Tensor, lengths: Tensor | None, read: Tensor, *, need_weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Return the scores of every symbol at every step, given the right symbols before it.

        Args:
            source: symbols (S, N).
            lengths: how many each source has (N,); S if ``None``.
            read: START and the target (T, N).
            need_weights: whether to return the weights.

        Returns:
            scores (T, N, V), softmax of which is p; and the weights (N, T, S), or ``None``.
        """
        h, m = self.read(source, lengths)
        s, c, weights = self.decode(h, m, lengths, read, need_weights)
        return self.say(s, c), weights

    def decode(
        self, h: Tensor, m: Tensor, lengths: Tensor | None, read: Tensor, need_weights: bool = False
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return the states s (T, N, H), the contexts c (T, N, 2H), and the weights (N, T, S) if asked.

        Args:
            h: the source's states (S, N, 2H).
            m: its summary (N, 2H).
            lengths: how many symbols each source has (N,); S if ``None``.
            read: the right symbols before each step (T, N).
            need_weights: whether to return the weights.
        """
        state, before = self.start(m)
        if not self.input_feeding:  # no step needs the context of another, so all go at once
            s, _ = self.decoder(self.target(read)[0], state)
            return s, *self.look(s, h, m, lengths, need_weights)
        steps = []
        for symbol in read:
            s, before, weights, state = self.step(symbol[None], before, state, h, m, lengths, need_weights)
            steps.append((s, before, weights))
        states, contexts, looked = zip(*steps, strict=True)
        return torch.cat(states), torch.cat(contexts), torch.cat(looked, 1) if looked[0] is not None else None

    def start(self, m: Tensor) -> tuple[Tensor, Tensor]:
        """Return s(0) (N, H), and c(0) = 0 (1, N, 2H), given the summary m (N, 2H)."""
        return torch.tanh(self.first(m, checked=True)[0]), torch.zeros_like(m)[None]

    def step(
        self,
        symbol: Tensor,
        before: Tensor,
        state: Tensor,
        h: Tensor,
        m: Tensor,
        lengths: Tensor | None,
        need_weights: bool = False,
    ) -> tuple[Tensor, Tensor, Tensor | None, Tensor]:
        """Return one step's s (1, N, H), c (1, N, 2H), weights (N, 1, S) or ``None``, and the state to go on with.

        Args:
            symbol: the symbol before it (1, N).
            before: the context before it (1, N, 2H).
            state: the decoder's state before it (N, H).
            h: as ``decode`` takes it, and so the others.
            m: the summary (N, 2H).
            lengths: how many symbols each source has (N,); S if ``None``.
            need_weights: whether to return the weights.
        """
        x = self.target(symbol)[0]
        s, state = self.decoder(torch.cat([x, before], 2) if self.input_feeding else x, state)
        return s, *self.look(s, h, m, lengths, need_weights), state

    def say(self, s: Tensor, c: Tensor) -> Tensor:
        """Return the scores of every symbol (T, N, V), from the states and the contexts."""
        scores: Tensor = self.readout(torch.cat([s, c], dim=2))[0]
        return scores

    @torch.no_grad()
    def translate(
        self, source: Tensor, lengths: Tensor | None, max_steps: int, *, masked: bool = True
    ) -> tuple[Tensor, Tensor | None]:
        """Write the likeliest symbol at every step and read it again, until every text has its END.

        Args:
            source: symbols (S, N).
            lengths: how many each source has (N,); S if ``None``.
            max_steps: how many symbols are written at most.
            masked: whether attention knows where each source ends; if not, it looks at the padding too.

        Returns:
            symbols (T, N), and the weights (N, T, S), or ``None`` without attention.
        """
        h, m = self.read(source, lengths)
        (state, c), symbol = self.start(m), torch.full((1, source.shape[1]), START)
        said: list[Tensor] = []
        looked: list[Tensor] = []
        over = torch.zeros(source.shape[1], dtype=torch.bool)
        while len(said) < max_steps and not over.all():
            s, c, weights, state = self.step(symbol, c, state, h, m, lengths if masked else None, True)
            symbol = self.say(s, c).argmax(2)
            over |= symbol[0] == END
            said.append(symbol[0])
            if weights is not None:
                looked.append(weights)
        return torch.stack(said), torch.cat(looked, dim=1) if looked else None


def _encoder(E: int, H: int, reading: str, generator: torch.Generator | None) -> nn.Module:
    """Return what reads vectors of E numbers into states of 2H."""
    if reading == "both":
        return Bidirectional(GRU(E, H, generator=generator), GRU(E, H, generator=generator))
    layer = GRU(E, 2 * H, generator=generator)
    return Reversed(layer) if reading == "reversed" else layer
