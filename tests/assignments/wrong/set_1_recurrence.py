"""Wrong answers that students give to problem set 1."""

from in_process import Wrong

STEP = {"step-one-unit", "step-many"}
RUN = {"run-from-zero", "run-from-state"}
ERRORS = {"errors-last", "errors-symmetric", "errors-any"}
NUMERIC = {"numeric-roughly", "numeric-central", "numeric-restores"}
SLOPE = "(1 - h[t + 1] ** 2)"

WRONG = [
    Wrong("W_hh not transposed", "step", {"W_hh.T": "W_hh"}, {"step-many"}),
    Wrong("no bias", "step", {" + b": ""}, STEP),
    Wrong("tanh of the input alone", "step", {"np.tanh(x @ W_ih.T +": "np.tanh(x @ W_ih.T) + ("}, STEP),
    Wrong("W_ih not transposed", "step", {"W_ih.T": "W_ih"}, {"step-many"}),
    Wrong("starts from zeros", "run", {"h[0] = h0": "h[0] = 0"}, {"run-from-state"}),
    Wrong("every step starts afresh", "run", {"h[t], W_ih": "h[0], W_ih"}, RUN),
    Wrong("initial state left out", "run", {"return h": "return h[1:]"}, RUN),
    Wrong("input off by one", "run", {"x[t]": "x[t - 1]"}, {"run-from-zero"}),
    Wrong("W_hh transposed", "errors", {"@ W_hh": "@ W_hh.T"}, {"errors-any"}),
    Wrong("the sign of what comes back", "errors", {"+ back": "- back"}, {"errors-symmetric", "errors-any"}),
    Wrong("cut in time", "errors", {"back = delta[t] @ W_hh": "pass"}, {"errors-symmetric", "errors-any"}),
    Wrong("slope of the state before", "errors", {"h[t + 1]": "h[t]"}, ERRORS),
    Wrong(
        "slope on the output's part alone",
        "errors",
        {f"(dy[t] + back) * {SLOPE}": f"dy[t] * {SLOPE} + back"},
        {"errors-symmetric", "errors-any"},
    ),
    Wrong("no slope", "errors", {f" * {SLOPE}": ""}, ERRORS),
    Wrong("off by one", "blame", {"h[:-1]": "h[1:]"}, {"blame-state"}),
    Wrong(
        "transposed",
        "blame",
        {"dW_hh = flat.T @ h[:-1].reshape(-1, H)": "dW_hh = h[:-1].reshape(-1, H).T @ flat"},
        {"blame-state"},
    ),
    Wrong("bias averaged", "blame", {"flat.sum(0)": "flat.mean(0)"}, {"blame-bias"}),
    Wrong("bias of the first sequence alone", "blame", {"flat.sum(0)": "delta[:, 0].sum(0)"}, {"blame-bias"}),
    Wrong(
        "the last step's input alone",
        "blame",
        {"flat.T @ x.reshape(len(flat), -1)": "delta[-1].T @ x[-1]"},
        {"blame-input"},
    ),
    Wrong(
        "one-sided", "numeric", {"W[index] = kept - eps": "W[index] = kept", "(2 * eps)": "eps"}, {"numeric-central"}
    ),
    Wrong("the factor 2 forgotten", "numeric", {"(2 * eps)": "eps"}, NUMERIC),
    Wrong("not put back", "numeric", {"        W[index] = kept\n": ""}, {"numeric-restores"}),
    Wrong("the wrong sign", "numeric", {"above - below": "below - above"}, NUMERIC),
]
