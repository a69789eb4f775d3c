"""An encoder that reads a text from both ends, and a decoder that writes another, with attention or without."""

import torch
from torch import Tensor, nn

from lstmlib.studies.translation.text import END, START
from lstmlib.torch.attention import AdditiveAttention
from lstmlib.torch.bidirectional import Bidirectional
from lstmlib.torch.embedding import Embedding
from lstmlib.torch.gru import GRU
from lstmlib.torch.linear import Linear


class EncoderDecoder(nn.Module):
    """Read a source into states h(1) ... h(S), then write a target a symbol at a time.

    With y(0) = START and the summary m = [last forward state, last backward state]::

        s(0) = tanh(W_0 m + b_0)
        s(i) = GRU(y(i-1), s(i-1))
        c(i) = sum_j alpha(i, j) h(j)     with attention, alpha by ``AdditiveAttention`` with s(i) as the query
        c(i) = m                          without
        p(i) = softmax(W [s(i), c(i)] + b)

    Nothing else differs: without attention all that the decoder ever learns of the source is m, 2H numbers.

    Source: the states and the scores are those of Bahdanau, Cho and Bengio (2015), one summary for all steps is that
    of Cho et al. (2014). Bahdanau et al. ask with s(i-1) before the decoder's step; here it asks with s(i) after it, as
    in Luong, Pham and Manning (2015), so that in training all queries of a sentence go at once.

    Args:
        source_symbols: how many symbols a source is made of.
        target_symbols: how many a target is made of, END and START among them.
        hidden_size: H, the units of the decoder, and of each direction of the encoder.
        embed_size: E, the width of a symbol's vector.
        attention: whether c(i) is looked for anew at each step.
        generator: source of the initial parameters; torch's own if ``None``.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(
        self,
        source_symbols: int,
        target_symbols: int,
        hidden_size: int = 64,
        embed_size: int = 32,
        *,
        attention: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        H, E = hidden_size, embed_size
        self.source = Embedding(source_symbols, E, generator=generator)
        self.target = Embedding(target_symbols, E, generator=generator)
        self.encoder = Bidirectional(GRU(E, H, generator=generator), GRU(E, H, generator=generator))
        self.first = Linear(2 * H, H, generator=generator)
        self.decoder = GRU(E, H, generator=generator)
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
        return h, torch.cat([ends[0], ends[1]], dim=1)

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
        s = self.write(m, read)
        c, weights = self.look(s, h, m, lengths, need_weights)
        return self.say(s, c), weights

    def write(self, m: Tensor, read: Tensor) -> Tensor:
        """Return the decoder's states s (T, N, H), given the summary m (N, 2H) and the right symbols (T, N)."""
        s: Tensor = self.decoder(self.target(read)[0], torch.tanh(self.first(m, checked=True)[0]))[0]
        return s

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
        state, symbol = torch.tanh(self.first(m, checked=True)[0]), torch.full((1, source.shape[1]), START)
        said: list[Tensor] = []
        looked: list[Tensor] = []
        over = torch.zeros(source.shape[1], dtype=torch.bool)
        while len(said) < max_steps and not over.all():
            s, state = self.decoder(self.target(symbol)[0], state)
            c, weights = self.look(s, h, m, lengths if masked else None, True)
            symbol = self.say(s, c).argmax(2)
            over |= symbol[0] == END
            said.append(symbol[0])
            if weights is not None:
                looked.append(weights)
        return torch.stack(said), torch.cat(looked, dim=1) if looked else None
