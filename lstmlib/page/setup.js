// What the reader of the laboratory has chosen, as a set-up that trials.js takes; and as an address's fragment.

const APART = ";", NUMBERS = ["lag", "blocks", "cells", "rate", "trial", "guess", "unit", "source"];

/** The row of an experiment with the lag nearest to the one chosen; 0 is its first. */
export function nearest({ lags }, lag) {
  const there = Object.keys(lags).map(Number).sort((a, b) => a - b), wanted = lag || there[0];
  return there.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best));
}

/** Biases of gates for another number of blocks: the same steps on. */
function biases(list, blocks) {
  if (!list) return list;
  const step = list.length > 1 ? list.at(-1) - list.at(-2) : list[0];
  return Array.from({ length: blocks }, (_, j) => (j < list.length ? list[j] : list.at(-1) + step * (j - list.length + 1)));
}

const TASK_LAG = { 2: "lag", 3: "min_length", 4: "min_length", 5: "min_length" };

/** Whether a change concerns an experiment: its row leaves the reading open, and doesn't have that option anyway. */
export const concerns = ({ open, reading }, [name, option]) => open.includes(name) && reading[name] !== option;

/**
 * The set-up of a trial. `changes` are pairs [reading, option]; `state` has lag, blocks, cells and rate, 0 for the
 * row's. `asStored` says whether it is a trial of the row itself, whose results are stored.
 */
export function setupOf(experiment, state, changes, trial) {
  const lag = nearest(experiment, state.lag), swapped = changes.some(([name]) => name === "forgetting");
  const there = (swapped && experiment.lags[lag].instead) || experiment.lags[lag], net = { ...there.row.net }, row = { ...there.row, net };
  const chosen = changes.filter((change) => change[0] !== "forgetting" && concerns(there, change)), asked = state.lag || lag;
  if (asked !== lag) {
    const name = row.experiment === "2c" ? "min_lag" : TASK_LAG[row.experiment[0]];
    if (name) row.task = { ...row.task, [name]: name === "min_length" ? Math.max(asked, 22) : asked };
    if (name === "lag") net.input_size = net.output_size = asked + 1;
  }
  const cells = net.hidden_size === undefined && !net.plain; // whose number can be chosen
  if (cells && state.blocks) {
    net.num_blocks = state.blocks;
    for (const name of ["input_gate_bias", "forget_gate_bias", "output_gate_bias"]) row[name] = biases(row[name], state.blocks);
  }
  if (cells && state.cells) net.block_size = state.cells;
  if (state.rate) row.learning_rate = state.rate;
  const same = JSON.stringify([row.task, net, row.learning_rate]) === JSON.stringify([there.row.task, there.row.net, there.row.learning_rate]);
  return { row, reading: { ...there.reading, ...Object.fromEntries(chosen) }, key: there.key, seed: 0, trial, asStored: same && !chosen.length };
}

/** A set-up as a fragment: #lab:6a;trial=3;changes=forget gates. */
export function fragment(state, defaults) {
  const parts = [state.experiment];
  for (const name of [...NUMBERS, "changes", "mode", "look"]) {
    const value = state[name];
    if (String(value) !== String(defaults[name])) parts.push(`${name}=${Array.isArray(value) ? value.join(",") : value}`);
  }
  return `#lab:${parts.map(encodeURIComponent).map((part) => part.replace("%3D", "=").replaceAll("%2C", ",")).join(APART)}`;
}

/** The way back: what a fragment changes in the defaults, or null if it is none of ours or names what isn't there. */
export function readFragment(text, defaults, experiments, changes) {
  if (!text.startsWith("#lab:")) return null;
  const [experiment, ...parts] = text.slice(5).split(APART).map(decodeURIComponent), found = { ...defaults, experiment };
  if (!experiments.includes(experiment)) return null;
  for (const part of parts) {
    const [name, value] = part.split("=");
    if (NUMBERS.includes(name) && Number(value) >= 0) found[name] = name === "rate" ? Number(value) : Math.round(Number(value));
    else if (name === "changes") found.changes = value.split(",").filter((change) => changes.includes(change));
    else if (name === "mode" && ["one", "eight", "race"].includes(value)) found.mode = value;
    else if (name === "look" && ["reading", "pushes", "flow"].includes(value)) found.look = value;
  }
  found.blocks = Math.min(found.blocks, 6);
  found.cells = Math.min(found.cells, 4);
  found.lag = Math.min(found.lag, 1000);
  return found;
}
