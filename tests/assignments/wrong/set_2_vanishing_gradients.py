"""Wrong answers that students give to problem set 2."""

from in_process import Wrong

SLOPE = {"slope-middle", "slope-anywhere"}
LEFT = {"left-start", "left-constant", "left-changing"}
SCALING = {"scaling-one-unit", "scaling-symmetric", "scaling-any"}
BOUNDS = {"bounds-one", "bounds-largest", "bounds-rows"}
RATE = {"rate-exact", "rate-start", "rate-wobbling"}
STEP = "F.append(slope_q[:, None] * (W.T @ F[-1]))"

WRONG = [
    Wrong("the slope of tanh", "slope", {"y * (1 - y)": "1 - y**2"}, SLOPE),
    Wrong("a quarter everywhere", "slope", {"y * (1 - y)": "0.25 + 0 * y"}, {"slope-anywhere"}),
    Wrong("y taken for z", "slope", {"y * (1 - y)": "np.exp(-y) / (1 + np.exp(-y)) ** 2"}, SLOPE),
    Wrong("the last step's slope counted", "left", {"y[:-1]": "y[1:]"}, {"left-changing"}),
    Wrong("forwards in time", "left", {"factors[::-1]": "factors"}, {"left-changing"}),
    Wrong("no weight", "left", {"w * y": "y"}, {"left-constant", "left-changing"}),
    Wrong("no slope", "left", {" * (1 - y[:-1])": ""}, {"left-constant", "left-changing"}),
    Wrong(
        "starts one step back",
        "left",
        {"np.concatenate([[1.0], np.cumprod(factors[::-1])])": "np.cumprod(factors[::-1])"},
        LEFT,
    ),
    Wrong(
        "the weight for the factor",
        "numbers",
        {"0.975**100": "3.9**-100", "np.log(0.975)": "np.log(0.9)"},
        {"numbers-share", "numbers-steps"},
    ),
    Wrong(
        "off by one", "numbers", {"np.ceil": "np.floor", "0.975**100": "0.975**101"}, {"numbers-share", "numbers-steps"}
    ),
    Wrong("n forgotten", "numbers", {"4 / 50": "4"}, {"numbers-largest"}),
    Wrong("the slope of tanh", "numbers", {"4 / 50": "1 / 50"}, {"numbers-largest"}),
    Wrong("W not transposed", "scaling", {"W.T @": "W @"}, {"scaling-any"}),
    Wrong("the slope on the wrong side", "scaling", {"slope_q[:, None]": "slope_q"}, {"scaling-any"}),
    Wrong("no slope", "scaling", {"slope_q[:, None] * ": ""}, SCALING),
    Wrong("the newest slope last", "scaling", {"in slopes:": "in slopes[::-1]:"}, {"scaling-one-unit", "scaling-any"}),
    Wrong("number by number", "scaling", {"W.T @ F[-1]": "W.T * F[-1]"}, {"scaling-symmetric", "scaling-any"}),
    Wrong("columns for rows", "bounds", {"axis=1": "axis=0"}, {"bounds-rows"}),
    Wrong("no absolute values", "bounds", {"np.abs(W)": "W"}, {"bounds-largest", "bounds-rows"}),
    Wrong("no n in front", "bounds", {"n * (": "("}, {"bounds-largest", "bounds-rows"}),
    Wrong("n missing in tau", "bounds", {"(n * np.abs": "(np.abs"}, {"bounds-largest"}),
    Wrong("slope of 1", "bounds", {" / 4": ""}, BOUNDS),
    Wrong("the logarithm's slope", "rate", {"np.exp(line[0])": "line[0]"}, RATE),
    Wrong(
        "first and last alone",
        "rate",
        {"np.exp(line[0])": "(shares[-1] / shares[0]) ** (1 / (len(shares) - 1))"},
        {"rate-wobbling"},
    ),
    Wrong(
        "no intercept",
        "rate",
        {"np.exp(line[0])": "np.exp((np.arange(len(shares)) @ np.log(shares)) / (np.arange(len(shares)) ** 2).sum())"},
        {"rate-start", "rate-wobbling"},
    ),
    Wrong("the mean factor", "rate", {"np.exp(line[0])": "np.mean(shares[1:] / shares[:-1])"}, {"rate-wobbling"}),
]
