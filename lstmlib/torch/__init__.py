"""The same layers as ``lstmlib.numpy``, as ``torch.nn.Module``: for the GPU, and for nets that learn for hours.

Names, arguments, shapes and errors are those of ``lstmlib.numpy``; autograd takes the place of ``backward``::

    y, state = layer(x, state=None)          # x (T, N, D), y (T, N, H)

Parameters are named and shaped as torch.nn's, so that a ``state_dict`` loads either way.
"""

from lstmlib.torch.attention import AdditiveAttention, MultiHeadAttention
from lstmlib.torch.convlstm import ConvLSTM
from lstmlib.torch.embedding import Embedding
from lstmlib.torch.layernorm import LayerNorm
from lstmlib.torch.linear import Linear
from lstmlib.torch.lstm import LSTM
from lstmlib.torch.positional import PositionalEncoding
from lstmlib.torch.rnn import RNN
from lstmlib.torch.transformer import TransformerBlock

__all__ = [
    "LSTM",
    "RNN",
    "AdditiveAttention",
    "ConvLSTM",
    "Embedding",
    "LayerNorm",
    "Linear",
    "MultiHeadAttention",
    "PositionalEncoding",
    "TransformerBlock",
]
