"""An LSTM in one file. It reads a text, learns to guess each next character, and writes as it goes.

    python one-file.py               learn the Zen of Python by heart
    python one-file.py story.txt     learn from a text of yours; Ctrl-C stops, and it writes once more

All it needs is NumPy. x is a character's number, h and c are the state; shapes stand in brackets: T steps, N strands of
the text read side by side, D different characters, H cells. Names and their order are those of torch.nn.LSTM.
"""

import contextlib
import io
import sys
import time
from pathlib import Path

import numpy as np

H, T, N = 128, 50, 8  # cells; steps that an error goes back; strands
RATE, CLIP = 0.005, 5.0  # of learning; the longest gradient that is followed as it is


def zen():
    """Return a text that every Python brings along: importing it prints it."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        import this  # noqa: F401
    return printed.getvalue()


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), and never overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def draw(D, H, rng):
    """Return a new net's parameters."""
    shapes = {"weight_ih": (4 * H, D), "weight_hh": (4 * H, H), "bias": 4 * H, "weight_out": (D, H), "bias_out": D}
    p = {name: rng.uniform(-(H**-0.5), H**-0.5, shape) for name, shape in shapes.items()}  # rows: i, f, g, o
    p["bias"][H : 2 * H] += 1.0  # forget gates begin open: a net that forgets at once finds no reason to remember
    return p


def forward(p, x, h, c):
    """Read x (T, N) from the state h, c (N, H); return scores (T, N, D), the new state, and what backward needs."""
    steps, outputs = [], []
    for x_t in x:
        z = p["weight_ih"].T[x_t] + h @ p["weight_hh"].T + p["bias"]  # a one-hot input picks out one column
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)  # (N, H) each
        new_c = f * c + i * g  # what is kept, and what is written
        tanh_c = np.tanh(new_c)
        steps.append((h, c, i, f, g, o, tanh_c))
        h, c = o * tanh_c, new_c  # what is shown
        outputs.append(h)
    outputs = np.stack(outputs)  # (T, N, H)
    return outputs @ p["weight_out"].T + p["bias_out"], (h, c), (x, steps, outputs)


def cross_entropy(scores, target):
    """Return the surprise at each next character, in nats, on average, and its derivative for the scores."""
    scores = scores - scores.max(-1, keepdims=True)  # changes no probability, and exp can't overflow
    log_p = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    right = np.eye(scores.shape[-1])[target]
    return -(log_p * right).sum(-1).mean(), (np.exp(log_p) - right) / target.size


def backward(p, cache, dscores):
    """Send the error back through all steps; return the gradient of every parameter."""
    x, steps, outputs = cache
    d = {name: np.zeros_like(value) for name, value in p.items()}
    d["weight_out"] = np.einsum("tnd,tnh->dh", dscores, outputs)
    d["bias_out"] = dscores.sum((0, 1))
    from_scores = dscores @ p["weight_out"]  # (T, N, H)
    dh_later, dc = 0.0, 0.0  # nothing comes from beyond the last step
    for t in reversed(range(len(steps))):
        h, c, i, f, g, o, tanh_c = steps[t]  # h and c from before the step
        dh = from_scores[t] + dh_later
        dc = dc + dh * o * (1.0 - tanh_c**2)
        dz_i, dz_f = dc * g * i * (1.0 - i), dc * c * f * (1.0 - f)
        dz_g, dz_o = dc * i * (1.0 - g**2), dh * tanh_c * o * (1.0 - o)
        dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1)  # (N, 4H)
        np.add.at(d["weight_ih"].T, x[t], dz)
        d["weight_hh"] += dz.T @ h
        d["bias"] += dz.sum(0)
        dh_later = dz @ p["weight_hh"]
        dc = dc * f  # along the cell an error meets the forget gate alone: this line is why LSTM remembers
    return d


def adam(p, d, moments, k, rate=RATE, b1=0.9, b2=0.999):
    """Take step k = 1, 2, ..., in place: down the mean slope, measured in units of the slope's usual size."""
    for name in p:
        m, v = moments[name]
        m += (1.0 - b1) * (d[name] - m)
        v += (1.0 - b2) * (d[name] ** 2 - v)
        p[name] -= rate * (m / (1.0 - b1**k)) / (np.sqrt(v / (1.0 - b2**k)) + 1e-8)


def clip(d, longest=CLIP):
    """Shorten a gradient that is too long, in place: one bad step could undo a hundred good ones."""
    length = np.sqrt(sum((value**2).sum() for value in d.values()))
    for value in d.values():
        value *= longest / max(length, longest)


def write(p, characters, first, length, rng, temperature=0.5):
    """Let the net go on from a character: draw the next, and feed it back in. Cooler is surer, hotter bolder."""
    x, text = characters.index(first), first
    h = c = np.zeros((1, p["weight_hh"].shape[1]))
    for _ in range(length):
        scores, (h, c), _ = forward(p, np.array([[x]]), h, c)
        chances = np.exp((scores[0, 0] - scores.max()) / temperature)
        x = rng.choice(len(characters), p=chances / chances.sum())
        text += characters[x]
    return text


def learn(text, steps=600, show=100, seed=0):
    """Read the text over and over, and print what the net writes every so often; return the net and its losses."""
    rng = np.random.default_rng(seed)
    characters = sorted(set(text))
    numbers = np.array([characters.index(character) for character in text])
    S = (len(numbers) - 1) // N  # a strand's length
    if S < 1:
        sys.exit(f"the text has {len(text)} characters, expected more than {N}")
    x, target = numbers[: N * S].reshape(N, S).T, numbers[1 : N * S + 1].reshape(N, S).T  # (S, N)
    p = draw(len(characters), H, rng)
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in p.items()}
    at, losses, start = 0, [], time.perf_counter()
    print(f"{len(text)} characters, {len(characters)} different; {sum(v.size for v in p.values())} weights")
    with contextlib.suppress(KeyboardInterrupt):
        for k in range(1, steps + 1):
            if at == 0:
                h = c = np.zeros((N, H))  # from the beginning; else go on where the last steps ended
            scores, (h, c), cache = forward(p, x[at : at + T], h, c)
            loss, dscores = cross_entropy(scores, target[at : at + T])
            d = backward(p, cache, dscores)
            clip(d)
            adam(p, d, moments, k)
            at = at + T if at + T < S else 0
            losses.append(loss)
            if k % show == 0:
                print(f"\n--- step {k}, {time.perf_counter() - start:.0f} s, loss {np.mean(losses[-show:]):.3f}")
                print(write(p, characters, text[0], 200, rng), flush=True)
    print(f"\n--- after {len(losses)} steps\n{write(p, characters, text[0], 600, rng)}")
    return p, losses


if __name__ == "__main__":
    learn(Path(sys.argv[1]).read_text(encoding="utf8") if len(sys.argv) > 1 else zen())
