"""What the text of the papers leaves open, and how it can be read.

Where it leaves something open, the choice is a *reading*: it has a name, a default (the first option) and
alternatives. ``READINGS`` says what each is about, and a row says which of them concern it. Some belong together, since
they have one source: ``SETS`` has a name for them.
"""

READINGS: dict[str, tuple[str, ...]] = {
    # When weights change: after each sequence, or after each step with an error.
    "update": ("sequence", "step"),
    # What all hidden units' activations are before a sequence's first step.
    "initial": ("0", "0.5"),
    # Whether the change that a sequence asks for is made at its end, or one step late, after the next sequence's first
    # step, as in the authors' later program (lstm.c, JKU Linz: the flag is set when the next sequence has begun).
    "applied": ("at once", "late"),
    # Where outputs have their bias from: a weight of their own, or a unit that is always 1 and that gates and cells
    # see, too, which so have two biases each, as in the authors' later program (there it is one more hidden unit).
    "constant-unit": ("unseen", "seen"),
    # The squared error's derivative without or with its factor 2.
    "factor": ("1", "2"),
    # An output's error with the slope y (1 - y), as equation (19) has it, or the difference alone. That is against
    # the paper's appendix; it is here because some rows come out slower than printed where outputs saturate. Or with
    # that slope and 0.1, as Fahlman (1988) cured the same, a habit of the years that no text on LSTM speaks of.
    "output-error": ("slope", "difference", "offset"),
    # Output units: logistic, as the paper says in section 4; or linear, so that a target of 0 or 1 is as near as any.
    "output": ("logistic", "linear"),
    # Ranges of g and h: [-2, 2] and [-1, 1], as the text has them; or the other way round, as table 10's caption has.
    "ranges": ("text", "caption"),
    # What hidden units see of the step before: all hidden units, as the paper's numbers of weights have it; cells
    # alone; or nothing. The last two are against the text. They are here because gates, which are never 0, make the
    # states of cells that see them drift on long sequences, and experiment 2c comes out of the paper's size without.
    "recurrence": ("all", "cells", "none"),
    # Which hidden units have a bias: all, as the paper's numbers of weights have it where units are biased; or gates
    # alone, as in Gers, Schmidhuber and Cummins (2000). A cell's own bias is a push at every step that its input gate
    # can never quite keep out, and on long sequences the states drift with it.
    "biased": ("all", "gates"),
    # Experiment 1: what outputs see besides the cells: nothing, as the numbers of weights have it; or the inputs, or 1,
    # or both, as in the nets of Gers, Schmidhuber and Cummins (2000), which learnt streams of the same strings.
    "shortcuts": ("none", "inputs and 1", "inputs", "1"),
    # Gate biases that the paper names: exactly these numbers, or added to what is drawn for every weight.
    "gate-bias": ("exact", "noisy"),
    # Experiments 4 to 6: output gates' biases as table 10 has them; or -2, -4, -6, since section 4 wants them negative.
    "output-gates": ("random", "negative"),
    # Experiment 5: input gates' biases as table 10 has them, or as in experiment 4.
    "input-gates": ("random", "negative"),
    # The "average training error": mean over outputs and the window's 2000 sequences of the absolute or squared error;
    # or the absolute error summed over outputs.
    "error": ("absolute", "squared", "summed"),
    # Experiments 4 to 6: cells of a block, as in the tables, or 1, of which the earlier version of the paper (NIPS
    # 1996) says that it works as well.
    "block-size": ("2", "1"),
    # What the input holds where the first pair is marked; see lstmlib.tasks.adding. That version sets the pair's first
    # component to zero: "marker 1 and value".
    "first-pair": ("marker 1", "marker -1", "marker 1 and value"),
    # No reading, but what the paper speaks of and doesn't show: the net without output gates, or with the input gates'
    # biases drawn like any weight.
    "without": ("nothing", "output gates", "gate biases"),
    # No reading either: the full gradient, of which the paper says that a few experiments made no difference.
    "gradient": ("truncated", "full"),
    # Nor this: forget gates, which came later, with biases drawn like any weight, or starting at that number. All else
    # starts as without them, and a trial has failed after 500,000 sequences.
    "forget-gates": ("none", "random", "2", "5"),
    # No reading: after how many training sequences a trial is given up, for those of which fewer say enough.
    "cap": ("the row's", "1000000", "300000", "100000"),
    # After how many training sequences success is tested; 1000 in experiment 2c, where a test takes up to 10,000, and
    # without memory cells, where it takes up to five million.
    "test-every": ("10", "1", "100", "1000"),
    # Experiment 3: whether the 256 test sequences stay, or are drawn anew for each test.
    "test-set": ("fixed", "redrawn"),
    # Experiment 1: training and test strings as they are drawn, or all different.
    "strings": ("drawn", "distinct"),
    # Experiments 2a and 2b: when the hidden unit is added: as soon as the mean squared error over 100 sequences is not
    # lower by that part than over the 100 before; or it is there from the start.
    "growth": ("1 %", "10 %", "0.1 %", "start"),
    # The same: weights of the added input gate are drawn like any; or 3 lower, so that it starts closed. There are no
    # biases, and at half open the cell's state is about 25 at a sequence's end, before it has learnt anything.
    "added-gate": ("drawn", "closed"),
    # The same without memory cells: what outputs see of the hidden unit, what it is at this step, as in the experiments
    # with memory cells; or what it was at the step before, as section 3 has it for all units of the nets of its time.
    "outputs-see": ("this step", "step before"),
    # Experiment 2b: errors at every step, or at a sequence's end alone, where it is judged.
    "errors": ("every step", "end"),
    # Experiment 2c: 10,000 sequences apart, without learning; or the 10,000 most recent training sequences.
    "judged": ("apart", "while learning"),
    # The chunker: its lower net expected a symbol if all outputs were nearer to it than that.
    "expected": ("0.25", "0.1", "0.5"),
    # The same: what the lower net is taught of the upper one, its hidden unit alone, as table 2's number of weights has
    # it, or its outputs, too, as in Schmidhuber (1992).
    "taught": ("hidden unit", "hidden unit and outputs"),
    # The same: what both nets see, the symbol alone, as that number has it, or with it what should have been said at
    # the step before, as in Schmidhuber (1992).
    "seen": ("symbol", "symbol and last target"),
    # The same: how many steps errors go back at most; 3 in Schmidhuber (1992).
    "steps-back": ("all", "3"),
    # The same: how many hidden units each net has. The paper speaks of hidden units and doesn't say how many there
    # are; 1 is what table 2's number of weights has room for.
    "hidden-units": ("1", "2", "3", "4"),
    # Recurrent cascade correlation: whether hidden units reach from -1/2 to 1/2, as in Fahlman's program, or 0 to 1.
    "units": ("symmetric", "logistic"),
    # The same: after how many passes over the training strings without a change a phase is over; 8 in the program.
    "patience": ("8", "25"),
    # Streams: what the outputs should be: 1 for all symbols that can come next, or for the one that does.
    "target": ("possible", "actual"),
    # Streams: a prediction is right if all outputs' absolute errors are below 0.49, or their squared errors; or if the
    # outputs of all symbols that can come next are the most active, as in experiment 1 of 1997.
    "right": ("absolute", "squared", "order"),
    # Streams: after how many symbols a training stream ends if there was no error.
    "stream": ("100000", "1000000"),
    # States that decay by a constant: whether how they depend on the weights decays with them, which is the gradient of
    # what the net then is, or stays, as if the learner of 1997 had been left as it was. The text speaks of the states.
    "traces": ("decay", "stay"),
}

# Options that have one source, under its name. A set concerns the rows that have all of its readings but those about
# outputs' biases, which a row may do without.
SETS: dict[str, dict[str, str]] = {
    # The simulator that one of the authors published later (JKU Linz, lstm.c), as far as it says something that the
    # paper leaves open or says otherwise. The rest of it is the default: gates and cells see all gates and cells of the
    # step before; outputs are logistic, and see cells alone; their errors have the slope, and no factor 2.
    "authors-program": {"initial": "0.5", "gate-bias": "noisy", "applied": "late", "constant-unit": "seen"},
    # The chunker as the paper on it has it (Schmidhuber 1992), where table 2 counts the weights of a smaller one.
    "chunker-1992": {"taught": "hidden unit and outputs", "seen": "symbol and last target", "steps-back": "3"},
}
