"""Wrong answers that students give to problem set 7."""

from in_process import Wrong

SCORES = {"scores-none", "scores-any"}
PRODUCT = {"product-all", "product-causal"}

WRONG = [
    Wrong(
        "large scores overflow", "softmax", {"scores - scores.max(axis=-1, keepdims=True)": "scores"}, {"softmax-large"}
    ),
    Wrong("over everything", "softmax", {"powers.sum(axis=-1, keepdims=True)": "powers.sum()"}, {"softmax-shares"}),
    Wrong(
        "over the first axis",
        "softmax",
        {"powers.sum(axis=-1, keepdims=True)": "powers.sum(axis=0, keepdims=True)"},
        {"softmax-shares"},
    ),
    Wrong(
        "scores by their sum",
        "softmax",
        {"powers = np.exp(scores - scores.max(axis=-1, keepdims=True))": "powers = scores"},
        {"softmax-shares"},
    ),
    Wrong("no tanh", "attend", {"np.tanh(W @ s + h @ U.T)": "(W @ s + h @ U.T)"}, {"attend-shares"}),
    Wrong("the query is not asked", "attend", {"W @ s + ": ""}, {"attend-shares"}),
    Wrong("length ignored", "attend", {"scores[length:] = -np.inf": "pass"}, {"attend-length"}),
    Wrong(
        "shares set to 0 afterwards",
        "attend",
        {"scores[length:] = -np.inf": "pass", "powers.sum()\n": "powers.sum()\n    alpha[length:] = 0\n"},
        {"attend-length"},
    ),
    Wrong("the plain mean", "attend", {"c = alpha @ h": "c = h.mean(axis=0)"}, {"attend-context"}),
    Wrong("the likeliest alone", "attend", {"c = alpha @ h": "c = h[alpha.argmax()]"}, {"attend-context"}),
    Wrong(
        "the shares as weights of the error",
        "context",
        {"dalpha = h @ dc": "dalpha = alpha * (h @ dc)"},
        {"context-shares"},
    ),
    Wrong("the shares forgotten", "context", {"alpha[:, None] * dc": "np.ones((len(h), 1)) * dc"}, {"context-memory"}),
    Wrong("the memories for the shares", "context", {"alpha[:, None] * dc": "h * dc"}, {"context-memory"}),
    Wrong(
        "each score by itself", "scores", {"alpha * (dalpha - alpha @ dalpha)": "alpha * (1 - alpha) * dalpha"}, SCORES
    ),
    Wrong("the mean without the shares", "scores", {"alpha @ dalpha": "dalpha.mean()"}, SCORES),
    Wrong(
        "the sign", "scores", {"alpha * (dalpha - alpha @ dalpha)": "alpha * (alpha @ dalpha - dalpha)"}, {"scores-any"}
    ),
    Wrong("alpha left out", "scores", {"alpha * (dalpha": "(dalpha"}, SCORES),
    Wrong("no root", "product", {" / np.sqrt(Q.shape[1])": ""}, {"product-all"}),
    Wrong("not causal", "product", {"if causal:": "if False:"}, {"product-causal"}),
    Wrong(
        "the future alone",
        "product",
        {"np.tri(len(Q), dtype=bool)": "np.tri(len(Q), dtype=bool).T"},
        {"product-causal"},
    ),
    Wrong(
        "not the step itself",
        "product",
        {"np.tri(len(Q), dtype=bool)": "np.tri(len(Q), k=-1, dtype=bool) | (np.arange(len(Q)) == 0)"},
        {"product-causal"},
    ),
    Wrong("keys mixed in the place of values", "product", {"@ V": "@ K"}, PRODUCT),
    Wrong("the scores alone", "count", {"2 * T * T * E": "T * T * E"}, {"count-attention"}),
    Wrong("a step alone", "count", {"T * 4 * E": "4 * E"}, {"count-lstm"}),
    Wrong("three gates", "count", {"T * 4 * E": "T * 3 * E"}, {"count-lstm"}),
    Wrong("where the length is the width", "count", {"4 * 64": "64"}, {"count-crossing"}),
    Wrong("one more memory", "lead", {"(S - 1)": "S"}, {"lead-two", "lead-many"}),
    Wrong("two memories, whatever S", "lead", {" * (S - 1)": ""}, {"lead-many"}),
    Wrong(
        "the odds without the logarithm",
        "lead",
        {"np.log(share * (S - 1) / (1 - share))": "share * (S - 1) / (1 - share)"},
        {"lead-two", "lead-many"},
    ),
]
