"""The same layers as ``lstmlib.numpy``, as ``torch.nn.Module``: for the GPU, and for nets that learn for hours.

Names, arguments, shapes and errors are those of ``lstmlib.numpy``; autograd takes the place of ``backward``::

    y, state = layer(x, state=None, lengths=None)          # x (T, N, D), y (T, N, H)

A recurrent layer's equations are in its ``step``, and ``recurrent.py`` holds the loop over it. Where torch has a kernel
for the layer it is run instead, unless ``fast=False``.
Parameters are named and shaped as torch.nn's, so that a ``state_dict`` loads either way.

Losses are torch's own. ``torch.nn.CTCLoss(reduction="sum")``, divided by the number of sequences, is
``lstmlib.numpy.ctc_loss`` of the same scores; it takes their ``log_softmax``.
"""

from lstmlib.torch.attention import AdditiveAttention, MultiHeadAttention
from lstmlib.torch.bidirectional import Bidirectional
from lstmlib.torch.carousel import Carousel
from lstmlib.torch.convlstm import ConvLSTM
from lstmlib.torch.coupled import CoupledLSTM
from lstmlib.torch.embedding import Embedding
from lstmlib.torch.gru import GRU
from lstmlib.torch.layernorm import LayerNorm
from lstmlib.torch.linear import Linear
from lstmlib.torch.lstm import LSTM
from lstmlib.torch.lstm1997 import LSTM1997
from lstmlib.torch.peephole import PeepholeLSTM
from lstmlib.torch.positional import PositionalEncoding
from lstmlib.torch.projected import ProjectedLSTM
from lstmlib.torch.reversed import Reversed
from lstmlib.torch.rnn import RNN
from lstmlib.torch.stack import Stack
from lstmlib.torch.transformer import TransformerBlock

__all__ = [
    "GRU",
    "LSTM",
    "LSTM1997",
    "RNN",
    "AdditiveAttention",
    "Bidirectional",
    "Carousel",
    "ConvLSTM",
    "CoupledLSTM",
    "Embedding",
    "LayerNorm",
    "Linear",
    "MultiHeadAttention",
    "PeepholeLSTM",
    "PositionalEncoding",
    "ProjectedLSTM",
    "Reversed",
    "Stack",
    "TransformerBlock",
]
