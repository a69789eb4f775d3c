"""The same layers as ``lstmlib.numpy``, as ``torch.nn.Module``: for the GPU, and for nets that learn for hours.

Names, arguments, shapes and errors are those of ``lstmlib.numpy``; autograd takes the place of ``backward``::

    y, state = layer(x, state=None)          # x (T, N, D), y (T, N, H)

Parameters are named and shaped as torch.nn's, so that a ``state_dict`` loads either way.
"""

from lstmlib.torch.lstm import LSTM
from lstmlib.torch.rnn import RNN

__all__ = ["LSTM", "RNN"]
