"""Every recurrent layer of ``lstmlib.numpy``, in the variants that its arguments give, for tests that hold for all."""

import numpy as np

import lstmlib.numpy as ln


def lstm1997(**options):
    # The paper's cell at weights large enough that nothing in the test is lost in rounding.
    return lambda D, H, **more: ln.LSTM1997(D, H, 2, weight_range=0.7, **options, **more)


CELLS = {
    "RNN tanh": ln.RNN,
    "RNN relu": lambda D, H, **more: ln.RNN(D, H, nonlinearity="relu", **more),
    "RNN logistic": lambda D, H, **more: ln.RNN(D, H, nonlinearity="logistic", **more),
    "Carousel": ln.Carousel,
    "Carousel free": lambda D, H, **more: ln.Carousel(D, H, g="tanh", h="logistic", loop="free", **more),
    "LSTM1997": lstm1997(),
    "LSTM1997 gates biased": lstm1997(biased="gates"),
    "LSTM1997 no bias": lstm1997(biased="none"),
    "LSTM": ln.LSTM,
    "PeepholeLSTM": ln.PeepholeLSTM,
    "CoupledLSTM": ln.CoupledLSTM,
    "CoupledLSTM peephole": lambda D, H, **more: ln.CoupledLSTM(D, H, peephole=True, **more),
    "ProjectedLSTM": lambda D, H, **more: ln.ProjectedLSTM(D, H + 2, H, **more),
    "GRU after": ln.GRU,
    "GRU before": lambda D, H, **more: ln.GRU(D, H, reset="before", **more),
}
# Net inputs limited, to less than some of them are: what else must hold, holds for these as well.
CLIPPED = {
    "RNN tanh, clip": lambda D, H, **more: ln.RNN(D, H, clip=0.8, **more),
    "RNN relu, clip": lambda D, H, **more: ln.RNN(D, H, nonlinearity="relu", clip=0.6, **more),
    "LSTM, clip": lambda D, H, **more: ln.LSTM(D, H, clip=0.5, **more),
    "PeepholeLSTM, clip": lambda D, H, **more: ln.PeepholeLSTM(D, H, clip=0.5, **more),
    "CoupledLSTM peephole, clip": lambda D, H, **more: ln.CoupledLSTM(D, H, peephole=True, clip=0.5, **more),
    "ProjectedLSTM, clip": lambda D, H, **more: ln.ProjectedLSTM(D, 2, H, clip=0.5, **more),
    "GRU after, clip": lambda D, H, **more: ln.GRU(D, H, clip=0.5, **more),
    "GRU before, clip": lambda D, H, **more: ln.GRU(D, H, reset="before", clip=0.5, **more),
}
CELLS |= CLIPPED
FULL = CELLS  # whose gradient is the full one
ALL = CELLS | {"LSTM1997 truncated": lstm1997(gradient="truncated")}


def bidirectional(cell):
    return lambda D, H, rng=None: ln.Bidirectional(cell(D, H, rng=rng), cell(D, H, rng=rng))


def random_state(layer, batch_size, rng):
    """Return a state of normal numbers in place of the zeros that the layer starts from."""
    zeros = layer.initial_state(batch_size)
    if isinstance(zeros, tuple):
        return tuple(rng.standard_normal(part.shape) for part in zeros)
    return rng.standard_normal(zeros.shape)


def arrays(state):
    return list(state) if isinstance(state, tuple) else [state]


def assert_close(have, want, tolerance=1e-12):
    for a, b in zip(have, want, strict=True):
        assert a.shape == b.shape
        assert np.abs(a - b).max() <= tolerance * max(1.0, np.abs(b).max()), np.abs(a - b).max()
