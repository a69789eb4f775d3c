// What the page and the worker both have to know of the nets that the reader trains: see lessons.js.

export const NETS = 5; // of each kind, seeds 0 to 4

/** How many updates, how many between two looks at fresh sequences, the kinds, and how many steps an error is followed. */
export const PLAN = {
  agreement: { updates: 600, every: 25, kinds: ["Elman net"], steps: ({ amount }) => 2 + 3 * amount },
  lag: { updates: 400, every: 20, kinds: ["tanh net"], steps: () => 21 },
  timing: { updates: 6000, every: 50, kinds: ["LSTM", "peepholes", "coupled gates"], steps: ({ choice }) => (choice === "gap" ? 16 : 17) },
  adding: { updates: 1500, every: 25, kinds: ["LSTM", "GRU"], steps: () => 22 },
};
