"""Recurrent cascade correlation: a net that begins without hidden units and installs one after another.

``lstmlib.online.compiled.cascade`` is this file once more, made to run fast.
"""

from dataclasses import dataclass, replace

import numpy as np

from lstmlib.numpy.checks import Array, check_array, check_size
from lstmlib.numpy.rnn import sigmoid as f
from lstmlib.tasks.batch import Batch

# The constants of Fahlman's own program for cascade correlation, where no hidden unit is recurrent. Those with which he
# learnt the embedded Reber grammar are not known to us.
POOL = 8  # candidates that are trained side by side
WEIGHT_RANGE = 1.0  # weights start in U[-1, 1]
SLOPE_OFFSET = 0.1  # added to the slope of an output unit, so that one that is wrong and saturated can still learn


@dataclass(frozen=True)
class Quickprop:
    """How weights change: by the step that leads to the vertex of a parabola, each weight by itself.

    Two slopes of the error and the step between them make a parabola. Where it says nothing, the step is downhill by
    ``epsilon`` times the slope; so are the first step, and a part of all steps that go on downhill.

    Source: Fahlman (1988), in the form of his program for cascade correlation (Fahlman and Lebiere 1990).

    Attributes:
        epsilon: of the linear part. It is divided by the number of cases over which slopes are added up, and by that of
            the weights into a candidate.
        mu: a step is at most so many times as long as the one before.
        decay: times a weight, is added to its slope.
        change: a phase of training stops when what is trained has not changed by this fraction of itself ...
    """

    epsilon: float
    mu: float
    decay: float
    change: float

    def step(self, weights: Array, slopes: Array, steps: Array, before: Array, scale: float) -> tuple[Array, Array]:
        """Return the next step of every weight, and the slopes at which it begins.

        Args:
            weights: where they are, of any shape.
            slopes: of the error there; same shape.
            steps: the steps that led there; zeros at first.
            before: the slopes where these began; zeros at first.
            scale: what ``epsilon`` is divided by.
        """
        slopes = slopes + self.decay * weights
        limit = self.mu / (1.0 + self.mu)
        on = steps * slopes <= 0.0  # the next step goes on downhill, or there was none
        far = np.where(steps < 0.0, slopes >= limit * before, slopes <= limit * before)
        with np.errstate(divide="ignore", invalid="ignore"):
            vertex = steps * (slopes / (before - slopes))
        found = np.where(on, -self.epsilon / scale * slopes, 0.0)
        return found + np.where(steps == 0.0, 0.0, np.where(far, self.mu * steps, vertex)), slopes


OUTPUTS = Quickprop(epsilon=0.35, mu=2.0, decay=1e-4, change=0.01)
CANDIDATES = Quickprop(epsilon=1.0, mu=2.0, decay=0.0, change=0.03)


class Patience:
    """Says when a phase of training has stagnated.

    Args:
        change: a value is new if it differs from the last new one by more than this fraction of that.
        passes: it has stagnated when none has been new for so many passes over the training set ...
        wait: ... counted from the start, or, to wait for slow beginners, from the first new value after the start.
    """

    def __init__(self, change: float, passes: int, *, wait: bool) -> None:
        self.change, self.passes, self.waiting = change, passes, wait
        self.last, self.since = np.nan, 0

    def is_over(self, value: float) -> bool:
        """Take note of what came of one more pass, and return whether training has stagnated."""
        self.since += 1
        if np.isnan(self.last):
            self.last, self.since = value, 0
        elif abs(value - self.last) > self.change * self.last:
            self.last, self.since, self.waiting = value, 0, False
        return self.since >= self.passes and not self.waiting


@dataclass(frozen=True)
class CascadeNet:
    """A net whose hidden units stand in a row: each sees the inputs, all that came before it, and itself.

    Attributes:
        input_size: D.
        output_size: O. Outputs see the inputs and all hidden units.
        hidden_size: H, how many units have been installed.
        symmetric: whether hidden units reach from -1/2 to 1/2, in place of 0 to 1.
    """

    input_size: int
    output_size: int
    hidden_size: int = 0
    symmetric: bool = True

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every parameter.

        ``weight_ih`` (H, D), ``weight_hh`` (H, H), ``bias_h`` (H,), ``weight_direct`` (O, D), ``weight_out`` (O, H),
        ``bias_out`` (O,). Row u of ``weight_hh`` leads to unit u: from the units before it, then from itself; what is
        beyond does not exist and is 0.
        """
        D, O, H = self.input_size, self.output_size, self.hidden_size  # noqa: E741
        hidden = {"weight_ih": (H, D), "weight_hh": (H, H), "bias_h": (H,)}
        return hidden | {"weight_direct": (O, D), "weight_out": (O, H), "bias_out": (O,)}

    @property
    def num_weights(self) -> int:
        """How many weights there are: H (D + 1) + H (H + 1) / 2 into hidden units, O (D + H + 1) into outputs."""
        D, O, H = self.input_size, self.output_size, self.hidden_size  # noqa: E741
        return H * (D + 1) + H * (H + 1) // 2 + O * (D + H + 1)

    @property
    def num_sources(self) -> int:
        """How many weights lead into the next candidate: from D inputs, 1 for the bias, H units, itself."""
        return self.input_size + self.hidden_size + 2

    @property
    def grown(self) -> "CascadeNet":
        """The net with one hidden unit more."""
        return replace(self, hidden_size=self.hidden_size + 1)

    def draw(self, rng: np.random.Generator, weight_range: float = WEIGHT_RANGE) -> dict[str, Array]:
        """Draw parameters from U[-weight_range, weight_range]."""
        drawn: dict[str, Array] = {
            name: rng.uniform(-weight_range, weight_range, shape) for name, shape in self.shapes.items()
        }
        drawn["weight_hh"] = np.tril(drawn["weight_hh"])
        return drawn

    def draw_candidates(self, rng: np.random.Generator, pool: int = POOL, weight_range: float = WEIGHT_RANGE) -> Array:
        """Draw the weights of a pool of candidates from U[-weight_range, weight_range]; (pool, ``num_sources``)."""
        return rng.uniform(-weight_range, weight_range, (pool, self.num_sources))

    def check(self, params: dict[str, Array]) -> None:
        """Raise ValueError unless the parameters are the net's."""
        given = {name: np.shape(value) for name, value in params.items()}
        if given != self.shapes:
            raise ValueError(f"params has the shapes {given}, expected {self.shapes}")
        if np.triu(params["weight_hh"], 1).any():
            raise ValueError("weight_hh has weights above its diagonal, expected none: no unit sees those after it")

    def install(self, params: dict[str, Array], unit: Array, outward: Array) -> dict[str, Array]:
        """Return the parameters of the grown net, as copies: the same, and those of one unit more.

        Args:
            params: those of this net.
            unit: weights into the unit (``num_sources``,): from inputs, bias, earlier units, itself.
            outward: weights from it to the outputs (O,).
        """
        D, H = self.input_size, self.hidden_size
        hh = np.zeros((H + 1, H + 1))
        hh[:H, :H], hh[H] = params["weight_hh"], unit[D + 1 :]
        return {
            "weight_ih": np.vstack([params["weight_ih"], unit[None, :D]]),
            "weight_hh": hh,
            "bias_h": np.append(params["bias_h"], unit[D]),
            "weight_direct": params["weight_direct"].copy(),
            "weight_out": np.column_stack([params["weight_out"], outward]),
            "bias_out": params["bias_out"].copy(),
        }


def unit_values(net: CascadeNet, weights: Array, seen: Array) -> tuple[Array, Array]:
    """Return what units do that see the same, and how that depends on their weights.

    V(t) = f(w I(t) + w_s V(t-1)), so that dV(t)/dw = f'(net) (I(t) + w_s dV(t-1)/dw): the derivative goes along with
    the unit, and a unit that sees only itself of all that is recurrent needs no more.

    Source: Fahlman (1991).

    Args:
        net: its ``symmetric`` is asked for.
        weights: of P units (P, S), the last of each its self-recurrent one.
        seen: what they see but for themselves, I (T, N, S - 1).

    Returns:
        V (T, N, P); dV/dw (T, N, P, S).
    """
    T, N, _ = seen.shape
    P, S = weights.shape
    values, slopes = np.zeros((T, N, P)), np.zeros((T, N, P, S))
    V: Array = np.zeros((N, P))
    dV: Array = np.zeros((N, P, S))
    for t in range(T):
        y = f(seen[t] @ weights[:, :-1].T + V * weights[:, -1])
        source = np.concatenate([np.broadcast_to(seen[t][:, None], (N, P, S - 1)), V[:, :, None]], axis=2)
        dV = (y * (1.0 - y))[:, :, None] * (source + weights[:, -1, None] * dV)
        V = y - 0.5 if net.symmetric else y
        values[t], slopes[t] = V, dV
    return values, slopes


def covariance(values: Array, e: Array) -> Array:
    """Return how the values of P units go along with O errors, over K cases: sum_k V_k (e_k - mean e), (P, O).

    Source: Fahlman and Lebiere (1990). With the errors' mean taken off, that of the values drops out.

    Args:
        values: (K, P).
        e: (K, O).
    """
    return values.T @ (e - e.mean(0))


class Cascade:
    """The learner: it goes over one training set again and again, and changes weights after each pass.

    How it is used::

        cascade = Cascade(net, net.draw(rng), batch)
        while ...:
            cascade.train_outputs(most=1000)
            cascade.train_candidates(cascade.net.draw_candidates(rng), most=1000)
            cascade.install()

    Outputs are trained until their error stagnates. Then a pool of candidates is: each is to go along with the error
    that is left, whichever its sign. The best is installed. Its weights never change again, and the outputs begin with
    the covariance, turned against the error, as their weight from it.

    Source: Fahlman (1991), "The recurrent cascade-correlation architecture", and his program for cascade correlation
    for what the papers leave open. Two things differ from that program: the sign of a covariance is that of the same
    pass and not of the one before, and the mean error is each output's own, as in the paper.

    Args:
        net: sizes.
        params: name -> array, with the shapes of ``net.shapes``; copied.
        batch: the training set: x (T, N, D), target (T, N, O) or numbers of outputs (T, N), mask, lengths.
        patience: a phase is over when nothing has changed for so many passes.

    Raises:
        ValueError: parameters or inputs that don't fit the net.
    """

    def __init__(self, net: CascadeNet, params: dict[str, Array], batch: Batch, *, patience: int = 8) -> None:
        net.check(params)
        check_array("batch.x", batch.x, ("T", "N", net.input_size))
        self.net, self.params, self.batch, self.patience = (
            net,
            {k: v.copy() for k, v in params.items()},
            batch,
            patience,
        )
        self.passes = 0  # over the training set, so far
        one = np.eye(net.output_size)
        self.target: Array = (one[batch.target] if batch.target.ndim == 2 else batch.target)[batch.mask]  # (K, O)
        self.seen = self.all_seen(batch.x)  # (T, N, D + 1 + H)
        self.e = np.zeros_like(self.target)
        # Of the outputs' weights: the last steps, and the slopes where these began. A new phase goes on with them.
        shape = net.output_size, self.seen.shape[2]
        self.steps: Array = np.zeros(shape)
        self.before: Array = np.zeros(shape)
        self.candidates: Array = np.zeros((0, net.num_sources))
        self.covariances: Array = np.zeros((0, net.output_size))

    def all_seen(self, x: Array) -> Array:
        """Return what outputs and candidates see of inputs (T, N, D): these, 1, the hidden units; (T, N, D + 1 + H)."""
        p = self.params
        seen = np.concatenate([x, np.ones((*x.shape[:2], 1))], axis=2)
        for u in range(self.net.hidden_size):
            unit = np.concatenate([p["weight_ih"][u], [p["bias_h"][u]], p["weight_hh"][u, : u + 1]])
            seen = np.concatenate([seen, unit_values(self.net, unit[None], seen)[0]], axis=2)
        return seen

    def outputs(self, x: Array) -> Array:
        """Return the outputs (T, N, O) for inputs (T, N, D)."""
        return f(self.all_seen(x) @ self._outward.T)

    @property
    def _outward(self) -> Array:
        """Weights of the outputs, in the order of what they see (O, D + 1 + H)."""
        p = self.params
        return np.hstack([p["weight_direct"], p["bias_out"][:, None], p["weight_out"]])

    def train_outputs(self, most: int) -> float:
        """Train the outputs until their error stagnates.

        The error is the sum of (y - target)^2 over steps that count and outputs; its slope is taken with the offset,
        and without the factor 2. It is that of the last pass, after which no weight changes.

        Args:
            most: passes over the training set.

        Returns:
            the error.

        Raises:
            TypeError, ValueError: no passes.
        """
        most = check_size("most", most)
        D, seen = self.net.input_size, self.seen[self.batch.mask]  # (K, D + 1 + H)
        V = self._outward
        over = Patience(OUTPUTS.change, self.patience, wait=False)
        error = np.inf
        for n in range(1, most + 1):
            y = f(seen @ V.T)
            error = float(((y - self.target) ** 2).sum())
            self.e = (y - self.target) * (y * (1.0 - y) + SLOPE_OFFSET)
            self.passes += 1
            if over.is_over(error) or n == most:
                break
            self.steps, self.before = OUTPUTS.step(V, self.e.T @ seen, self.steps, self.before, len(seen))
            V = V + self.steps
        trained = {"weight_direct": V[:, :D], "bias_out": V[:, D], "weight_out": V[:, D + 1 :]}
        self.params = self.params | trained
        return error

    def scores(self, weights: Array) -> tuple[Array, Array, Array]:
        """Return how well candidates go along with the errors, and which way up is.

        The score of a candidate is the sum of the absolute covariances with all outputs' errors, divided by the sum of
        all squared errors. The covariances that are returned are divided by it, too.

        Args:
            weights: (P, S).

        Returns:
            the scores (P,); their slopes (P, S); the covariances (P, O).
        """
        values, slopes = unit_values(self.net, weights, self.seen)
        mask, size = self.batch.mask, (self.e**2).sum()
        found = covariance(values[mask], self.e) / size
        towards = np.sign(found) @ (self.e - self.e.mean(0)).T / size  # (P, K)
        return np.abs(found).sum(1), np.einsum("pk,kps->ps", towards, slopes[mask]), found

    def train_candidates(self, weights: Array, most: int) -> float:
        """Train a pool of candidates until the score of the best one stagnates.

        Args:
            weights: where they start (P, S).
            most: passes over the training set.

        Returns:
            the best score.

        Raises:
            TypeError, ValueError: weights of the wrong shape or dtype, NaN in them, or no passes.
        """
        most = check_size("most", most)
        weights = check_array("weights", weights, ("P", self.net.num_sources)).copy()
        steps, before = np.zeros_like(weights), np.zeros_like(weights)
        over = Patience(CANDIDATES.change, self.patience, wait=True)
        scale = len(self.target) * weights.shape[1]
        scores: Array = np.zeros(len(weights))
        for n in range(1, most + 1):
            scores, slopes, self.covariances = self.scores(weights)
            self.passes += 1
            if over.is_over(float(scores.max())) or n == most:
                break
            steps, before = CANDIDATES.step(weights, -slopes, steps, before, scale)
            weights = weights + steps
        self.candidates = weights
        return float(scores.max())

    def install(self) -> None:
        """Make the best of the candidates a hidden unit.

        Raises:
            ValueError: no candidates have been trained since the last one was installed.
        """
        if not len(self.candidates):
            raise ValueError("there are no candidates, expected train_candidates before install")
        best = int(np.abs(self.covariances).sum(1).argmax())
        unit = self.candidates[best]
        self.seen = np.concatenate([self.seen, unit_values(self.net, unit[None], self.seen)[0]], axis=2)
        self.params = self.net.install(self.params, unit, -self.covariances[best])
        self.steps, self.before = (np.pad(array, ((0, 0), (0, 1))) for array in (self.steps, self.before))
        self.net = self.net.grown
        self.candidates = np.zeros((0, self.net.num_sources))
