"""Wrong answers that students give to problem set 5."""

from in_process import Wrong

FORWARD = {"forward-one", "forward-biases", "forward-many", "forward-state"}
LATER = {"back-input", "back-forget", "back-candidate"}
TO_C = "dc = dc + dh * o * (1 - np.tanh(c) ** 2)"

WRONG = [
    Wrong("gates i and f swapped", "cell", {"f * c_before + i * g": "i * c_before + f * g"}, {"cell-content"}),
    Wrong("i is 1 - f", "cell", {"+ i * g": "+ (1 - f) * g"}, {"cell-content"}),
    Wrong("nothing is forgotten", "cell", {"f * c_before": "c_before"}, {"cell-content"}),
    Wrong("shown unsquashed", "cell", {"o * np.tanh(c)": "o * c"}, {"cell-shown"}),
    Wrong("the old content shown", "cell", {"np.tanh(c)": "np.tanh(c_before)"}, {"cell-shown"}),
    Wrong("gate order i, g, f, o", "forward", {"i, f, g, o = np.split": "i, g, f, o = np.split"}, FORWARD),
    Wrong("bias twice", "forward", {"b_ih + b_hh": "2 * b_ih"}, {"forward-biases"}),
    Wrong("one bias alone", "forward", {"b_ih + b_hh": "b_ih"}, {"forward-biases"}),
    Wrong("h doesn't come back", "forward", {" + h @ W_hh.T": ""}, {"forward-many", "forward-state"}),
    Wrong(
        "the initial state is ignored",
        "forward",
        {"h, c, hs, cs = h0, c0,": "h, c, hs, cs = 0 * h0, 0 * c0,"},
        {"forward-state"},
    ),
    Wrong("c0 is ignored", "forward", {"h, c, hs, cs = h0, c0,": "h, c, hs, cs = h0, 0 * c0,"}, {"forward-state"}),
    Wrong(
        "the content alone comes back",
        "forward",
        {"h, c = cell(": "h_new, c = cell(", "hs.append(h)": "hs.append(h_new)"},
        {"forward-many", "forward-state"},
    ),
    Wrong("g logistic", "forward", {"np.tanh(g)": "1 / (1 + np.exp(-g))"}, FORWARD),
    Wrong("the error from the step after ignored", "back", {"dc = dc + dh": "dc = dh"}, {"back-content", "back-both"}),
    Wrong("the error at h never reaches c", "back", {TO_C: "pass"}, LATER | {"back-both"}),
    Wrong("no slope of tanh at the exit", "back", {" * (1 - np.tanh(c) ** 2)": ""}, LATER | {"back-both"}),
    Wrong("c taken for its squash", "back", {"(1 - np.tanh(c) ** 2)": "(1 - c**2)"}, LATER | {"back-both"}),
    Wrong("the new content at the forget gate", "back", {"dc * c_before": "dc * c"}, {"back-forget"}),
    Wrong(
        "gates i and g swapped",
        "back",
        {
            "dc * g * i * (1 - i)": "dc * i * (1 - g**2)",
            "dc * i * (1 - g**2),\n        dh": "dc * g * i * (1 - i),\n        dh",
        },
        {"back-input", "back-candidate"},
    ),
    Wrong(
        "the candidate taken for a gate", "back", {"dc * i * (1 - g**2)": "dc * i * g * (1 - g)"}, {"back-candidate"}
    ),
    Wrong(
        "the content isn't forgotten backwards",
        "back",
        {"return dnet, dc * f": "return dnet, dc"},
        {"back-content", "back-both"},
    ),
    Wrong("the output gate through c", "back", {"dh * np.tanh(c) * o": "dc * np.tanh(c) * o"}, {"back-output"}),
    Wrong("W_hh is forgotten", "through", {"@ W_hh": "@ (0 * W_hh)"}, {"through-all"}),
    Wrong(
        "the content's way is cut",
        "through",
        {"dnet[t], dc = back": "dnet[t], _ = back"},
        {"through-content", "through-all"},
    ),
    Wrong("the wrong sign", "through", {"dy[t] + dh": "dy[t] - dh"}, {"through-all"}),
    Wrong(
        "contents off by one", "through", {"c[t], c[t + 1]": "c[t + 1], c[t + 1]"}, {"through-content", "through-all"}
    ),
    Wrong(
        "gates joined the wrong way",
        "through",
        {"np.concatenate(dnet[t], axis=1)": "np.concatenate(dnet[t][::-1], axis=1)"},
        {"through-all"},
    ),
    Wrong("three gates", "count", {"4 * H": "3 * H"}, {"count-equations", "count-arrays"}),
    Wrong("no bias", "count", {"D + H + 1": "D + H"}, {"count-equations"}),
    Wrong("one bias alone", "count", {"D + H + 2": "D + H + 1"}, {"count-arrays"}),
    Wrong(
        "the gate, not its half-life",
        "span",
        {"np.log(2) / np.log(1 + np.exp(-b))": "2 / (1 + np.exp(-b))"},
        {"span-bias"},
    ),
    Wrong(
        "the bias taken for the gate",
        "span",
        {"np.log(2) / np.log(1 + np.exp(-b))": "np.log(0.5) / np.log(b)"},
        {"span-zero", "span-bias"},
    ),
    Wrong("the gate for the bias", "span", {"return np.log(f / (1 - f))": "return f"}, {"span-back"}),
    Wrong("half a step each", "span", {"0.5 ** (1 / steps)": "1 - 0.5 / steps"}, {"span-back"}),
]
