"""Wrong answers that students give to problem set 6."""

from in_process import Wrong

STEP = {"step-empty", "step-after", "step-before"}
MIX = {"mix-ends", "mix-between"}

WRONG = [
    Wrong("z the other way round", "mix", {"(1 - z) * n + z * h": "z * n + (1 - z) * h"}, MIX),
    Wrong("the old state is kept whole", "mix", {"z * h": "h"}, MIX),
    Wrong(
        "a half each",
        "mix",
        {"(1 - z) * n + z * h": "np.where(z == 1, h, np.where(z == 0, n, (n + h) / 2))"},
        {"mix-between"},
    ),
    Wrong("gates r and z swapped", "step", {"r, z = np": "z, r = np"}, STEP),
    Wrong("the one place for both", "step", {"(r * h) @ W_hn.T + b_hn": "r * (h @ W_hn.T + b_hn)"}, {"step-before"}),
    Wrong("the other place for both", "step", {"r * (h @ W_hn.T + b_hn)": "(r * h) @ W_hn.T + b_hn"}, {"step-after"}),
    Wrong(
        "b_hn outside the reset gate", "step", {"r * (h @ W_hn.T + b_hn)": "r * (h @ W_hn.T) + b_hn"}, {"step-after"}
    ),
    Wrong("W_hn not transposed", "step", {"W_hn.T": "W_hn"}, {"step-after", "step-before"}),
    Wrong("z the other way round", "step", {"(1 - z) * n + z * h": "z * n + (1 - z) * h"}, STEP),
    Wrong("bias twice", "step", {"+ b_hh[: 2 * H]": "+ b_ih[: 2 * H]"}, STEP),
    Wrong("all rows turned", "other", {"array[H : 2 * H] *= -1": "array *= -1"}, {"other-weights", "other-biases"}),
    Wrong("the wrong gate turned", "other", {"array[H : 2 * H]": "array[:H]"}, {"other-weights", "other-biases"}),
    Wrong(
        "biases left as they were",
        "other",
        {"array[H : 2 * H] *= -1": "array[H : 2 * H] *= -1 if array.ndim > 1 else 1"},
        {"other-biases"},
    ),
    Wrong("in place", "other", {"array = array.copy()": "pass"}, {"other-untouched"}),
    Wrong("no slope of tanh", "back", {" * (1 - n**2)": ""}, {"back-candidate"}),
    Wrong(
        "z for 1 - z",
        "back",
        {"dh * (1 - z) *": "dh * z *", "dh * z\n": "dh * (1 - z)\n"},
        {"back-candidate", "back-kept"},
    ),
    Wrong("the sign of z", "back", {"(h - n)": "(n - h)"}, {"back-update"}),
    Wrong("z in one term alone", "back", {"(h - n)": "h"}, {"back-update"}),
    Wrong("the reset gate on h", "back", {"dn * m * r": "dn * h * r"}, {"back-reset"}),
    Wrong("no slope of r", "back", {"m * r * (1 - r)": "m"}, {"back-reset"}),
    Wrong("all of it kept", "back", {"dh * z\n": "dh\n"}, {"back-kept"}),
    Wrong("one-sided", "check", {"loss(w - eps * d)) / (2 * eps)": "loss(w)) / eps"}, {"check-difference"}),
    Wrong("the factor 2 forgotten", "check", {"/ (2 * eps)": "/ eps"}, {"check-difference"}),
    Wrong("not relative", "check", {" / max(abs(a), abs(b))": ""}, {"check-right", "check-wrong"}),
    Wrong("the sign is lost", "check", {"abs(a - b)": "abs(abs(a) - abs(b))"}, {"check-wrong"}),
    Wrong("the least for the largest", "check", {"worst = max(worst, ": "worst = min(worst or 9.0, "}, {"check-wrong"}),
    Wrong("the smaller, the better", "check", {"best_eps = 1e-5": "best_eps = 1e-13"}, {"check-eps"}),
]
