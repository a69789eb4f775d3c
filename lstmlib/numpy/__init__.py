"""The reference layers, in NumPy alone: forward and hand-derived backward side by side, written to be read.

Every layer keeps one contract::

    y, state, cache = layer.forward(x, state=None, lengths=None)  # x (T, N, D), y (T, N, H)
    dx, dstate, grads = layer.backward(cache, dy, dstate=None)    # grads: a dict with the keys of layer.params
    layer.params                                                  # dict: name -> array, the truth; no hidden copies

``state`` is one array (N, H) for RNN and GRU, a pair (h, c) of such arrays for LSTM; (L, N, H) where there are L > 1
layers. ``lengths`` (N,) says where each sequence ends: its state stays as it is there, and no gradient comes from
beyond. A recurrent layer's equations are in its ``forward_layer`` and ``backward_layer``, one layer over sequences of
equal length; layers and lengths are handled around them, in ``recurrent.py``. ``dstate`` passed to ``backward`` is the
error that arrives at the last state from beyond the sequence; the one returned belongs to the initial state. A layer
without recurrence has ``None`` there; for attention, the memory that is attended to takes the state's place.

A cache belongs to the layer that made it and holds copies, of the parameters too: ``backward`` is the gradient of its
``forward``, whatever has become since of x, of the state or of the parameters. To assign to ``params``, of a layer or
of a net of several, copies numbers into its arrays. All arrays have the parameters' dtype; no subclass of ndarray is
taken; past a sequence's end, and where a mask is False, they may hold anything. A layer that makes infinity or NaN of
finite numbers says so, with its place in the net and the step; ``train`` learns from a ``Batch``.
"""

from lstmlib.numpy.attention import AdditiveAttention, MultiHeadAttention
from lstmlib.numpy.batch import Batch
from lstmlib.numpy.bidirectional import Bidirectional
from lstmlib.numpy.carousel import Carousel
from lstmlib.numpy.convlstm import ConvLSTM
from lstmlib.numpy.coupled import CoupledLSTM
from lstmlib.numpy.ctc import beam_search, best_path, ctc_loss, label_error_rate
from lstmlib.numpy.embedding import Embedding
from lstmlib.numpy.error_flow import error_flow, error_scaling, gradient_by_lag, vanishing_bound
from lstmlib.numpy.gradients import check_gradients
from lstmlib.numpy.gru import GRU
from lstmlib.numpy.layernorm import LayerNorm
from lstmlib.numpy.linear import Linear
from lstmlib.numpy.losses import binary_cross_entropy, cross_entropy, squared_error
from lstmlib.numpy.lstm import LSTM
from lstmlib.numpy.lstm1997 import LSTM1997
from lstmlib.numpy.model import SequenceModel
from lstmlib.numpy.optim import SGD, Adam, clip_grad_norm
from lstmlib.numpy.peephole import PeepholeLSTM
from lstmlib.numpy.positional import PositionalEncoding
from lstmlib.numpy.projected import ProjectedLSTM
from lstmlib.numpy.reversed import Reversed
from lstmlib.numpy.rnn import RNN
from lstmlib.numpy.stack import Stack
from lstmlib.numpy.training import train
from lstmlib.numpy.transformer import TransformerBlock

__all__ = [
    "GRU",
    "LSTM",
    "LSTM1997",
    "RNN",
    "SGD",
    "Adam",
    "AdditiveAttention",
    "Batch",
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
    "SequenceModel",
    "Stack",
    "TransformerBlock",
    "beam_search",
    "best_path",
    "binary_cross_entropy",
    "check_gradients",
    "clip_grad_norm",
    "cross_entropy",
    "ctc_loss",
    "error_flow",
    "error_scaling",
    "gradient_by_lag",
    "label_error_rate",
    "squared_error",
    "train",
    "vanishing_bound",
]
