"""Wrong answers that students give to problem set 4."""

from in_process import Wrong

BLOCK = {"block-content", "block-shown", "block-listens"}
GRADIENTS = {"gradients-content", "gradients-out", "gradients-all-steps"}

WRONG = [
    Wrong(
        "g with the range of h", "squash", {"4 / (1 + np.exp(-z)) - 2": "2 / (1 + np.exp(-z)) - 1"}, {"squash-values"}
    ),
    Wrong(
        "the slopes of tanh",
        "squash",
        {"(2 - g_value) * (2 + g_value) / 4": "1 - g_value**2", "(1 - h_value) * (1 + h_value) / 2": "1 - h_value**2"},
        {"squash-g-slope", "squash-h-slope"},
    ),
    Wrong(
        "the slope of f for g",
        "squash",
        {"(2 - g_value) * (2 + g_value) / 4": "g_value * (1 - g_value)"},
        {"squash-g-slope"},
    ),
    Wrong(
        "values squashed again",
        "squash",
        {"(1 - h_value) * (1 + h_value) / 2": "(1 - h(h_value) ** 2) / 2"},
        {"squash-h-slope"},
    ),
    Wrong("gate on the content", "block", {"s + y_in *": "y_in * s + y_in *"}, {"block-content"}),
    Wrong("the content is replaced", "block", {"s + y_in": "y_in"}, {"block-content"}),
    Wrong("gates swapped", "block", {"y_in * (4": "y_out * (4", "y_out * (2": "y_in * (2"}, BLOCK),
    Wrong("the old content shown", "block", {"np.exp(-s_new)": "np.exp(-s)"}, {"block-shown"}),
    Wrong(
        "deaf to the step before", "block", {"np.concatenate([x, a])": "np.concatenate([x, 0 * a])"}, {"block-listens"}
    ),
    Wrong(
        "deaf to the gates",
        "block",
        {"np.concatenate([x, a])": "np.concatenate([x, [0], a[1:-1], [0]])"},
        {"block-listens"},
    ),
    Wrong("no output gate", "block", {"y_out * (2": "(2"}, {"block-shown"}),
    Wrong(
        "gates for every cell", "weights", {"B * (S + 2)": "3 * B * S", "2 * B +": "2 * B * S +"}, {"weights-blocks"}
    ),
    Wrong("outputs hear gates", "weights", {"O * B * S": "O * U"}, {"weights-single", "weights-blocks"}),
    Wrong("no biases", "weights", {" + 2 * B": ""}, {"weights-single", "weights-blocks"}),
    Wrong(
        "nothing is carried",
        "traces",
        {"np.cumsum((y_in": "np.multiply((y_in", "z, axis=0)\n    to_gate": "z, 1)\n    to_gate"},
        {"traces-cell"},
    ),
    Wrong("no slope of g", "traces", {" * (2 - g) * (2 + g) / 4": ""}, {"traces-cell"}),
    Wrong("no slope of the gate", "traces", {"g * y_in * (1 - y_in)": "g"}, {"traces-gate"}),
    Wrong("no g", "traces", {"g * y_in * (1 - y_in)": "y_in * (1 - y_in)"}, {"traces-gate"}),
    Wrong(
        "the two swapped",
        "traces",
        {
            "to_cell =": "to_gate_ =",
            "to_gate =": "to_cell =",
            "z, axis=0)\n    ###": "z, axis=0)\n    to_gate = to_gate_\n    ###",
        },
        {"traces-cell", "traces-gate"},
    ),
    Wrong(
        "the wrong sign",
        "gradients",
        {"at_content = dy": "at_content = -dy", "at_gate = dy": "at_gate = -dy"},
        GRADIENTS,
    ),
    Wrong(
        "no output gate on the way",
        "gradients",
        {"dy * y_out * (1 - h)": "dy * (1 - h)"},
        {"gradients-content", "gradients-all-steps"},
    ),
    Wrong("no slope of h", "gradients", {" * (1 - h) * (1 + h) / 2": ""}, {"gradients-content", "gradients-all-steps"}),
    Wrong(
        "the last step alone",
        "gradients",
        {"at_content @ to_cell": "at_content[-1] * to_cell[-1]"},
        {"gradients-all-steps"},
    ),
    Wrong(
        "an error carried back as well",
        "gradients",
        {"(1 + h) / 2\n": "(1 + h) / 2\n    at_content = np.cumsum(at_content[::-1])[::-1]\n"},
        {"gradients-content", "gradients-all-steps"},
    ),
    Wrong(
        "no slope of the output gate",
        "gradients",
        {"dy * h * y_out * (1 - y_out)": "dy * h"},
        {"gradients-out", "gradients-all-steps"},
    ),
    Wrong("the logarithm of it", "shut", {"np.log(0.05 / 0.95)": "np.log(0.05)"}, {"shut-bias"}),
    Wrong("g from -1 to 1", "shut", {"200": "100"}, {"shut-most"}),
    Wrong("the gate open by 5 percent", "shut", {"200": "10"}, {"shut-most"}),
]
