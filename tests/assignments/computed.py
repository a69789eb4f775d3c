"""The numbers that the question bank asks for, found another way: by the library's layers, or by trying.

Chapter and formula -> a function of what is drawn. Where a number is found by drawing, it is near, not equal.
"""

import itertools

import numpy as np
import torch
from scipy.optimize import brentq
from scipy.stats import binom
from statsmodels.stats.multitest import multipletests

from lstmlib.numpy import (
    GRU,
    LSTM,
    LSTM1997,
    RNN,
    Carousel,
    ConvLSTM,
    Embedding,
    Linear,
    MultiHeadAttention,
    PeepholeLSTM,
    ctc,
)
from lstmlib.numpy.attention import softmax, softmax_backward
from lstmlib.numpy.crf import log_partition
from lstmlib.numpy.error_flow import vanishing_bound
from lstmlib.numpy.generation import KeyValueCache
from lstmlib.numpy.scan import combine, doubling, scan
from lstmlib.numpy.squashing import sigmoid
from lstmlib.online.rtrl import RTRL
from lstmlib.studies.at_work.anomalies import task as anomalies
from lstmlib.studies.at_work.gates.measures import window
from lstmlib.studies.at_work.labelling import measures
from lstmlib.studies.at_work.markets import simple
from lstmlib.studies.at_work.music.simple import key_nats
from lstmlib.studies.at_work.sentiment import task as sentiment
from lstmlib.studies.at_work.sentiment.task import calibration
from lstmlib.studies.at_work.translation.memory import Memory
from lstmlib.studies.at_work.translation.scores import from_counts
from lstmlib.studies.at_work.translation.task import Pair
from lstmlib.tasks.adding import adding

DRAWS = 200_000  # for what is found by drawing


def size(*layers, without="bias_hh"):
    """Return how many numbers layers learn, with one bias a unit."""
    return sum(v.size for layer in layers for name, v in layer.params.items() if without not in name)


def one_bin(n, p, q):
    """Return the calibration error in percentage points where the other sentences' bin says what comes true."""
    said = np.r_[np.full(n, p / 100), np.full(2000 - n, 0.05)]
    positive = np.r_[np.arange(n) < n * q / 100, np.arange(2000 - n) < (2000 - n) * 0.05]
    return 100 * calibration(said, positive)[1]


def back_two_steps(w):
    layer = RNN(1, 1, rng=np.random.default_rng(0))
    for name, value in (("weight_ih_l0", 1.0), ("weight_hh_l0", w), ("bias_ih_l0", 0.0), ("bias_hh_l0", 0.0)):
        layer.params[name][:] = value
    y, _, cache = layer.forward(np.array([1.0, 0.0, 0.0])[:, None, None])
    dx, _, _ = layer.backward(cache, np.array([0.0, 0.0, 1.0])[:, None, None])
    return 100 * dx[0, 0, 0] / (1 - y[0, 0, 0] ** 2)  # the error at h(1), before its own slope


def steps_until_one_percent(f):
    return next(q for q in itertools.count(1) if f**q <= 0.01)


def rate_of_bound(n, w):
    bounds = vanishing_bound(np.full((n, n), w), np.array([1, 2]))
    return bounds[1] / bounds[0]


def walk(t):
    rng = np.random.default_rng(0)
    layer = Carousel(1, 1, rng=rng)
    layer.params["weight_ih_l0"][:], layer.params["bias_l0"][:] = 1.0, 0.0
    y, _, _ = layer.forward(rng.uniform(-1, 1, (t, DRAWS // 40, 1)))
    return y[-1].std()


def least_squares_gain(T):
    x = np.random.default_rng(0).uniform(-1, 1, (DRAWS, T))
    contents = x.cumsum(axis=1)
    wanted = np.zeros_like(x)
    wanted[:, -1] = x[:, 0]
    return (contents * wanted).sum() / (contents**2).sum()


def trace(w, i):
    def content(weight):
        return sum(i * (4 * sigmoid(np.array(weight * x)) - 2) for x in (1.0, 0.0, 2.0))

    return (content(w + 1e-6) - content(w - 1e-6)) / 2e-6


def adding_target(a, b):
    batch = adding(30, 500, np.random.default_rng(0), first_pair="marker -1")
    marked = [batch.x[1:, n, 0][batch.x[1:, n, 1] == 1.0] for n in range(500)]
    last = [batch.target[length - 1, n, 0] for n, length in enumerate(batch.lengths)]
    two = [(*values, target) for values, target in zip(marked, last, strict=True) if len(values) == 2]
    rows = np.array(two)
    line = np.linalg.lstsq(np.c_[rows[:, :2], np.ones(len(rows))], rows[:, 2], rcond=None)[0]
    return line @ [a, b, 1.0]


def slope(y):
    z = np.log(y / (1 - y))
    return (sigmoid(np.array(z + 1e-6)) - sigmoid(np.array(z - 1e-6))) / 2e-6


def most_mean_of_squares(n):
    errors = np.full(2560, 0.04)
    errors[:n] = 1.0
    return (errors**2).mean()


def half_life(b):
    gate = sigmoid(np.array(float(b)))
    whole = next(q for q in itertools.count(1) if gate**q <= 0.5)
    return whole - 1 + np.log(0.5 / gate ** (whole - 1)) / np.log(gate)


def bounded(f):
    a, b = np.full((2000, 1), f), np.ones((2000, 1))
    return scan(a, b, np.zeros(1))[-1, 0]


def survives(p, q):
    return (np.random.default_rng(0).random((DRAWS, q)) >= p).all(axis=1).mean()


def keeps_half(q):
    low, high = -10.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(np.array(middle)) ** q < 0.5 else (low, middle)
    return low


def settles(z, n, t):
    layer = GRU(1, 1, rng=np.random.default_rng(0))
    for value in layer.params.values():
        value[:] = 0.0
    layer.params["bias_ih_l0"][:] = [0.0, np.log(z / (1 - z)), np.arctanh(n)]  # r, z, n
    return layer.forward(np.zeros((t, 1, 1)))[0][-1, 0, 0]


def gru_size(D, H):
    layer = torch.nn.GRU(D, H)
    return sum(p.numel() for p in layer.parameters()) - 2 * H  # r's and z's second bias is only ever added


def weight_of_one(a, n):
    return softmax(np.r_[float(a), np.zeros(n)], np.array(True))[0]


def score_gradient(p, x, y):
    return softmax_backward(np.array([p, 1 - p]), np.array([float(x), float(y)]))[0]


def spread_of_products(d):
    rng = np.random.default_rng(0)
    return np.einsum("nd,nd->n", *rng.standard_normal((2, DRAWS // 10, d))).std()


def spread_with_a_slip(d):
    return spread_of_products(d) / d


def crossing(E):
    # Both counts have 4 E biases a step, so they meet where they would without.
    layer, a_step = MultiHeadAttention(E, 1), LSTM(E, E).num_operations
    return next(T for T in itertools.count(E) if layer.num_operations(T) >= a_step * T)


def cached(E, T):
    layer = MultiHeadAttention(E, 1, rng=np.random.default_rng(0), causal=True)
    _, _, cache = layer.forward(np.zeros((T, 1, E)))
    kept = layer.recall(cache)[0]
    return kept[3].size + kept[4].size  # keys and values


def kept_bytes(B, E, T):
    layer = MultiHeadAttention(E, 1, rng=np.random.default_rng(0), causal=True, dtype=np.float32)
    caches = [KeyValueCache(layer, 1, T) for _ in range(B)]
    return sum(cache.k.nbytes + cache.v.nbytes for cache in caches)


def colder(a, t):
    """Odds of the first of two characters, as softmax has them at a temperature."""
    p = np.exp(np.array([np.log(a), 0.0]) / t)
    return (p / p.sum())[0] / (p / p.sum())[1]


def two_chords(n):
    """Return what independent keys that sound in every other of two chords cost, by the study's own loss."""
    chord = np.r_[np.ones(n), np.zeros(n)]
    return key_nats(np.zeros((1, 2 * n)), chord[None]).sum()


def halving(a, T):
    states = scan(np.full((T + 1, 1), a), np.ones((T + 1, 1)), np.zeros(1))[:, 0]
    return (states[T] - states[T - 1]) / states[0]


def fading(lam):
    before, after = simple.ewma(np.r_[0.0, np.ones(21), 0.0], lam)[-2:]
    return np.log(0.5) / np.log(after / before)


def long_run(w, a, b):
    size = 1.0
    for _ in range(300):  # returns of the size that is said
        size = np.sqrt(simple.garch(np.full(300, size), simple.Garch(0.0, w, a, 0.0, b))[-1])
    return size


# Chapter -> a function for each of its questions with a number, in their order in assignments/questions/.
CHECKS = {
    "sequences": [
        lambda D, H: size(RNN(D, H)),
        lambda D, H: RTRL(RNN(D, H), 1).sensitivity.size,
        back_two_steps,
    ],
    "vanishing-gradients": [
        lambda w, q: 100 * vanishing_bound(np.array([[w]]), np.array([q]))[0],
        steps_until_one_percent,
        rate_of_bound,
    ],
    "constant-error-carousel": [walk, least_squares_gain],
    "gates": [lambda B, S: len(LSTM1997(3, B, S).params["weight_hh_l0"]), trace],
    "experiments-1997": [adding_target, slope, most_mean_of_squares],
    "forget-gate": [half_life, lambda D, H: sum(p.numel() for p in torch.nn.LSTM(D, H).parameters()), bounded],
    "variants": [
        lambda D, H: size(PeepholeLSTM(D, H)),
        lambda M, C, K: size(ConvLSTM(C, M, K)),
        survives,
    ],
    "gru": [gru_size, keeps_half, settles],
    "attention": [weight_of_one, score_gradient, spread_of_products],
    "transformer": [
        crossing,
        lambda E: size(MultiHeadAttention(E, 1)),
        cached,
        spread_with_a_slip,
    ],
    "after": [
        lambda a, b, c, d: combine((c, d), (a, b))[1],
        lambda T: sum(len(to) for to, _ in doubling(T)),
        lambda u: np.exp(-np.log1p(np.exp(u))),
        halving,
    ],
    "labelling": [
        lambda a, b, c: 100.0 * measures.span_f1(measures.Counts(0, 0, 0, 0, b, a, c)),
        lambda T, K: np.exp(log_partition(np.zeros((T, 1, K)), np.zeros((K + 1, K + 1)))[0]),
    ],
    "sentiment": [
        one_bin,
        lambda V, E, H: size(Embedding(V, E)) + size(LSTM(E, H)) + size(Linear(H, 1)),
    ],
    "time-series": [
        lambda H, D: size(LSTM(D, H)) + size(Linear(H, 1)),
        lambda a, b: np.sqrt(np.mean(np.r_[np.full(50, a), np.full(50, b)] ** 2.0)),
    ],
    "markets": [
        fading,
        long_run,
    ],
    "handwriting": [
        lambda S, R: ctc.shortest([7] * (R + 1) + [k % 2 for k in range(S - R - 1)]),
        lambda T: 2.0**T * np.exp(-ctc.alignments(np.full((T, 2), -np.log(2.0)), [1]).loss),
    ],
    "anomalies": [
        lambda percent: 100 * anomalies.worth(1e-4, 1.0, percent / 100),
        lambda share: 100 * float(np.mean(binom.sf(0, 100, share / 100))),
    ],
    "speech": [
        lambda T: np.ptp([[64 * t, 64 * t + 256] for t in range(T)]) / 10,  # samples at 10 kHz
        lambda b: sentiment.mcnemar(np.ones(b, bool), np.zeros(b, bool))[2],
    ],
    "translation": [
        lambda a, b, d: Memory([Pair("", ("same",) * (b - d) + ("other",) * d, ())]).alike(
            ("same",) * (b - d) + ("x",) * (a - b + d)
        )[0],
        lambda c, r: from_counts(np.array([c, c, c, c, c, c, c, c, c, r], float)),
    ],
    "music": [
        two_chords,
        lambda d, s: np.prod(np.full(int(s), np.exp(d))),
    ],
    "what-gates-do": [
        lambda a: window(np.full((3, 1, 1), a), np.zeros((1, 2), int), 3, product=True)[0, 0],
        lambda H: brentq(lambda p: multipletests([p] * H, method="bonferroni")[1][0] - 0.05, 0.0, 0.04, xtol=1e-14),
    ],
    "in-practice": [
        lambda H, N: sum(part.nbytes for part in LSTM(3, H, dtype=np.float32).initial_state(N)),
        kept_bytes,
    ],
    "text": [
        lambda b, T: -np.log2(np.full(T, 2.0**-b)).sum() / 8 / 1000,
        colder,
    ],
}
# Found by drawing, so near the number and not equal to it.
DRAWN = {walk, least_squares_gain, survives, spread_of_products, spread_with_a_slip}
