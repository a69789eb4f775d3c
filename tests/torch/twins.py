"""Every recurrent layer in both backends, in the variants that its arguments give."""

import torch

import lstmlib.numpy as ln
import lstmlib.torch as lt

# Name -> how to make it of sizes D and H, given the backend and what else it takes.
CELLS = {
    "RNN tanh": lambda lib, D, H, **more: lib.RNN(D, H, **more),
    "RNN relu": lambda lib, D, H, **more: lib.RNN(D, H, nonlinearity="relu", **more),
    "RNN logistic": lambda lib, D, H, **more: lib.RNN(D, H, nonlinearity="logistic", **more),
    "Carousel": lambda lib, D, H, **more: lib.Carousel(D, H, **more),
    "Carousel free": lambda lib, D, H, **more: lib.Carousel(D, H, g="tanh", h="logistic", loop="free", **more),
    "LSTM1997": lambda lib, D, H, **more: lib.LSTM1997(D, H, 2, weight_range=0.7, **more),
    "LSTM1997 truncated": lambda lib, D, H, **more: lib.LSTM1997(
        D, H, 2, weight_range=0.7, gradient="truncated", biased="gates", **more
    ),
    "LSTM1997 no bias": lambda lib, D, H, **more: lib.LSTM1997(D, 1, H, weight_range=0.7, biased="none", **more),
    "LSTM": lambda lib, D, H, **more: lib.LSTM(D, H, **more),
    "PeepholeLSTM": lambda lib, D, H, **more: lib.PeepholeLSTM(D, H, **more),
    "CoupledLSTM": lambda lib, D, H, **more: lib.CoupledLSTM(D, H, **more),
    "CoupledLSTM peephole": lambda lib, D, H, **more: lib.CoupledLSTM(D, H, peephole=True, **more),
    "ProjectedLSTM": lambda lib, D, H, **more: lib.ProjectedLSTM(D, 6, H, **more),
    "GRU after": lambda lib, D, H, **more: lib.GRU(D, H, **more),
    "GRU before": lambda lib, D, H, **more: lib.GRU(D, H, reset="before", **more),
    # Net inputs limited, to less than some of them are.
    "RNN tanh, clip": lambda lib, D, H, **more: lib.RNN(D, H, clip=0.8, **more),
    "RNN relu, clip": lambda lib, D, H, **more: lib.RNN(D, H, nonlinearity="relu", clip=0.6, **more),
    "LSTM, clip": lambda lib, D, H, **more: lib.LSTM(D, H, clip=0.5, **more),
    "PeepholeLSTM, clip": lambda lib, D, H, **more: lib.PeepholeLSTM(D, H, clip=0.5, **more),
    "CoupledLSTM peephole, clip": lambda lib, D, H, **more: lib.CoupledLSTM(D, H, peephole=True, clip=0.5, **more),
    "ProjectedLSTM, clip": lambda lib, D, H, **more: lib.ProjectedLSTM(D, 6, H, clip=0.5, **more),
    "GRU after, clip": lambda lib, D, H, **more: lib.GRU(D, H, clip=0.5, **more),
    "GRU before, clip": lambda lib, D, H, **more: lib.GRU(D, H, reset="before", clip=0.5, **more),
}
# What torch.nn has.
TORCH_NN = {
    "RNN tanh": torch.nn.RNN,
    "RNN relu": lambda D, H, *layers, **more: torch.nn.RNN(D, H, *layers, nonlinearity="relu", **more),
    "LSTM": torch.nn.LSTM,
    "ProjectedLSTM": lambda D, H, *layers, **more: torch.nn.LSTM(D, 6, *layers, proj_size=H, **more),
    "GRU after": torch.nn.GRU,
}
KERNELS = list(TORCH_NN)  # the layers that have a fast path


def make(lib, name, D, H, num_layers=1, both_ways=False, **more):
    """Return a layer of ``lstmlib.numpy`` or ``lstmlib.torch``."""
    if both_ways:
        levels, width = [], D
        for _ in range(num_layers):
            levels.append(lib.Bidirectional(*(CELLS[name](lib, width, H, **more) for _ in range(2))))
            width = levels[-1].hidden_size
        return levels[0] if num_layers == 1 else lib.Stack(*levels)
    return CELLS[name](lib, D, H, num_layers=num_layers, **more)


def pair(name, D, H, rng, fast=None, **shape):
    """Return the same layer in both backends, float64, with the same parameters."""
    from parity import copy_params

    layer = make(ln, name, D, H, rng=rng, **shape)
    more = {"fast": fast} if fast is not None and name in KERNELS else {}
    twin = make(lt, name, D, H, dtype=torch.float64, **more, **shape)
    copy_params(layer, twin)
    return layer, twin


class TorchNN(torch.nn.Module):
    """A layer of torch.nn with the call of ``lstmlib.torch``: states without its extra dimension, ``lengths``."""

    def __init__(self, name, D, H, num_layers=1, both_ways=False):
        super().__init__()
        self.inner = TORCH_NN[name](D, H, num_layers, bidirectional=both_ways, dtype=torch.float64)
        self.extra = num_layers == 1 and not both_ways

    def forward(self, x, state=None, lengths=None):
        parts = () if state is None else state if isinstance(state, tuple) else (state,)
        parts = tuple(part[None] for part in parts) if self.extra else parts
        hx = None if state is None else parts if isinstance(state, tuple) else parts[0]
        if lengths is None:
            y, last = self.inner(x, hx)
        else:
            packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
            y, last = self.inner(packed, hx)
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=x.shape[0])
        if self.extra:
            last = tuple(part[0] for part in last) if isinstance(last, tuple) else last[0]
        return y, last

    def load_state_dict(self, *args, **kwargs):
        return self.inner.load_state_dict(*args, **kwargs)

    def state_dict(self, *args, **kwargs):
        return self.inner.state_dict(*args, **kwargs)

    def named_parameters(self, *args, **kwargs):
        return self.inner.named_parameters(*args, **kwargs)
