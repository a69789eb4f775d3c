// What all figures share: elements, controls, the live region, the theme, and the two ways in (page and widget).
// Each figure is a module that imports from here; bundle.py puts the two texts together, since a page opened from a
// file can't load modules.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** An HTML element: attributes by name, listeners as onclick, oninput, ... */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. Numbers are rounded to a hundredth of a pixel. */
export function s(name, attributes = {}, ...children) {
  const rounded = Object.entries(attributes).map(([k, v]) => [k, typeof v === "number" ? Math.round(v * 100) / 100 : v]);
  return fill(document.createElementNS(SVG, name), Object.fromEntries(rounded), children);
}

/** Text in a drawing. */
export const label = (x, y, text, attributes = {}) => s("text", { x, y, ...attributes }, text);

/** The same, squeezed where it would be wider than its room; a long text that could then not be read loses its end. */
export function fitted(x, y, text, room, attributes = {}) {
  const most = Math.max(12, Math.floor(room / 4.5)), shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return label(x, y, shown, { ...attributes, ...(7 * shown.length > room && { textLength: room, lengthAdjust: "spacingAndGlyphs" }) });
}

/** A line of small print over a drawing, squeezed where the drawing is narrow. */
export const caption = (x, y, text, room, look = "quiet") => label(x, y, text, { class: `small ${look}`, ...(5.7 * text.length > room && { textLength: room, lengthAdjust: "spacingAndGlyphs" }) });

/** A number as people write it: a true minus sign, a fixed number of decimals, no "-0.00". */
export function fixed(value, decimals = 2) {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? "−" + text : text;
}

/** The same without zeros that say nothing: 7, 3.5, 0.05. */
export const short = (value, decimals = 2) => fixed(value, decimals).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

/** The same in scientific notation, e.g. 7.95 × 10⁻², for numbers that plain decimals would hide. */
export function scientific(value, digits = 3) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return "beyond 10³⁰⁸";
  const [mantissa, exponent] = Math.abs(value).toExponential(digits - 1).split("e");
  const sign = value < 0 ? "−" : "";
  const power = Number(exponent);
  if (power >= -1 && power <= 3) return sign + Number(Math.abs(value).toPrecision(digits)).toString();
  return `${sign}${mantissa}\u00a0×\u00a010${superscript(power)}`; // which no line breaks
}

export function superscript(number) {
  return String(number).replace("-", "−").replace(/[−\d]/g, (c) => (c === "−" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
}

/** Two significant digits where two decimals would hide them, or say too much: 0.61, 0.0034, 2.4 × 10⁻⁵, 6.7 × 10⁷. */
export function precise(value) {
  const size = Math.abs(value);
  if (size >= 1e5) return scientific(value, 2);
  if (size >= 0.1 || size === 0) return fixed(value);
  return size >= 0.001 ? fixed(value, 1 - Math.floor(Math.log10(Number(size.toPrecision(2))))) : scientific(value, 2);
}

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export function button(text, onclick, attributes = {}) {
  return el("button", { type: "button", onclick, ...attributes }, text);
}

/**
 * A labelled slider that shows its value. `changed(value, phase)` hears phase "input" while it is dragged and "change"
 * when it is let go; `set(value, text, bounds)` shows a value without calling it.
 */
export function slider(text, { min, max, step, role = "" }, changed) {
  const input = el("input", { type: "range", min, max, step, "aria-label": text });
  const output = el("span", { class: "value", "aria-hidden": "true" });
  input.addEventListener("input", () => changed(Number(input.value), "input"));
  input.addEventListener("change", () => changed(Number(input.value), "change"));
  const row = el("label", { class: `slider ${role}` }, el("span", { class: "name" }, text), output, input);
  row.set = (value, shown, bounds = {}) => {
    Object.assign(input, bounds);
    if (Number(input.value) !== value) input.value = value;
    input.setAttribute("aria-valuetext", shown);
    input.style.setProperty("--filled", `${(100 * (input.value - input.min)) / (input.max - input.min || 1)}%`);
    output.textContent = shown;
  };
  row.input = input;
  return row;
}

/** Make one drawing into another, keeping the elements that both have, so that what moves can move smoothly. */
function morph(old, wanted) {
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const [before, after] = [[...old.childNodes], [...wanted.childNodes]];
  after.forEach((node, k) => {
    const there = before[k];
    if (!there) old.append(node);
    else if (there.nodeName !== node.nodeName) there.replaceWith(node);
    else if (node.nodeType === 3) there.data !== node.data && (there.data = node.data);
    else morph(there, node);
  });
  before.slice(after.length).forEach((node) => node.remove());
}

/** A drawing with a name and a description for those who can't see it; `draw` fills it, in CSS pixels. */
export function drawing(role = "img") { // another role where parts of it can be reached
  const picture = s("svg", { role });
  picture.show = (width, height, name, description, children) => {
    const viewBox = `0 0 ${Math.round(width)} ${Math.round(height)}`;
    morph(picture, s("svg", { role, viewBox, "aria-label": `${name}. ${description}` }, children));
  };
  return picture;
}

/**
 * What is seen, and what is set and read: side by side where the page is wide, so that all of it stands on one screen,
 * else one under the other.
 */
export const stage = (seen, ...set) => el("div", { class: "stage" }, el("div", { class: "see" }, seen), el("div", { class: "set" }, set));

/** A row of buttons with a name before them. */
export const group = (name, buttons, attributes = {}) => el("div", { class: "buttons", role: "group", "aria-label": name, ...attributes }, el("span", { class: "which" }, name), buttons);

/**
 * A curve through points [x, y] on a chart that reaches from `top` to `bottom`. Where it leaves the chart it ends in an
 * arrow, and an arrow stands where its last point would be: what is off the chart must not look like a value that is held.
 */
export function trace(points, top, bottom, look, dot) {
  const inside = ([, y]) => y >= top && y <= bottom, edge = ([, y]) => (y < top ? top : bottom);
  const crossing = (out, into) => [into[0] + ((edge(out) - into[1]) / (out[1] - into[1])) * (out[0] - into[0]), edge(out)];
  const lines = [], gone = [];
  let line = null;
  points.forEach((point, k) => {
    if (inside(point)) {
      if (!line) lines.push((line = k ? [crossing(points[k - 1], point)] : []));
      line.push(point);
    } else if (line) {
      gone.push(crossing(point, points[k - 1]));
      line.push(gone.at(-1));
      line = null;
    }
  });
  const last = points.at(-1);
  if (last && !inside(last)) gone.push([last[0], edge(last)]);
  return [
    lines.map((one) => s("path", { d: one.map(([x, y], k) => `${k ? "L" : "M"} ${x.toFixed(1)} ${y.toFixed(1)}`).join(" "), class: `curve ${look}` })),
    gone.map(([x, y]) => s("path", { d: y === top ? `M ${x.toFixed(1)} ${y - 7} l -5 8 h 10 z` : `M ${x.toFixed(1)} ${y + 7} l -5 -8 h 10 z`, class: `${dot} off` })),
    last && inside(last) && s("circle", { cx: last[0], cy: last[1], r: 3.5, class: dot }),
  ];
}

/** A live region that waits until a drag has paused, so that a screen reader isn't flooded. */
export function voice() {
  const region = el("p", { class: "unseen", role: "status", "aria-live": "polite" });
  let timer, last;
  region.say = (text) => {
    if (text === last) return;
    if (last === undefined) return void (last = text); // what stands there when the page opens isn't news
    last = text;
    clearTimeout(timer);
    timer = setTimeout(() => (region.textContent = text), 250);
  };
  return region;
}

// Where this script lies, and beside it what figures ask for; JupyterLab's widgets have no such place.
const HERE = typeof document !== "undefined" && document.currentScript?.src;

/** What a page gives a figure that asks: a script beside this one, which puts it where it is found. */
function fetched(name) {
  return new Promise((resolve, reject) => {
    const found = () => window.lstmGiven?.[name];
    if (found()) return resolve(found());
    const script = el("script", { src: new URL(`given/${name}.js`, HERE).href });
    script.onload = () => (found() ? resolve(found()) : reject(new Error(`${name} isn't in its file`)));
    script.onerror = () => (script.remove(), reject(new Error(`${name} could not be loaded`)));
    document.head.append(script);
  });
}

/**
 * What a figure loads only when the reader asks: `row` holds the button and says how it goes, `data` is null until it
 * has come; then the figure is drawn again. Its Python class is an Asking, its state has `asked`.
 */
export function asking(store, name, what) {
  const said = el("span", { class: "says" });
  const load = button(`Load ${what}`, () => store.update({ asked: true }), { class: "main" });
  const row = el("div", { class: "controls asks" }, load, said);
  let begun = false, come = null;
  function ask() {
    begun = load.disabled = true;
    said.textContent = "Loading …";
    store.ask(name).then((data) => {
      come = data;
      const frame = row.parentNode, focused = frame.getRootNode().activeElement;
      row.remove();
      store.touch();
      if (!focused || focused === load) frame.querySelector("textarea,input:enabled,button:enabled")?.focus({ preventScroll: true });
    }, (error) => {
      begun = load.disabled = false;
      said.textContent = `${error.message}. Try again.`;
      store.update({ asked: false });
    });
  }
  return {
    row,
    get data() { // what is drawn first asks, too: the state may say so from the start, or be set by Python
      if (!begun && store.get("asked")) ask();
      return come;
    },
  };
}

export const still = () => typeof matchMedia !== "undefined" && matchMedia("(prefers-reduced-motion: reduce)").matches;

// A figure brings its own paper, since notebooks and themes put cell outputs on paper of their choosing.
// Role colours, for graphics and (…-ink) for text, on light and on dark paper.
const LIGHT = `--cell:#2e8b57;--cell-ink:#1d6b41;--gate:#d07200;--gate-ink:#8f4e00;--point:#a88a00;--point-ink:#6e5a00;
  --hidden:#2166ac;--hidden-ink:#1d5a98;--error:#b2182b;--error-ink:#a01526;
  --line:#6b6b6b;--soft:#e4e7eb;--softer:#f3f5f7;--quiet:#5c6068;--paper:#ffffff;--ink:#1c2127;`;
const DARK = `--cell:#4cc38a;--cell-ink:#6fd6a3;--gate:#f59331;--gate-ink:#ffb366;--point:#d9bd2b;--point-ink:#e6cf5a;
  --hidden:#5fa8ee;--hidden-ink:#8cc4f8;--error:#ff6f7a;--error-ink:#ff9aa2;
  --line:#8d96a3;--soft:#39414b;--softer:#232a32;--quiet:#aab2bd;--paper:#14181e;--ink:#dfe4ea;`;

const STYLE = `
:host{display:block;margin:1rem 0}
.frame{${LIGHT} font:400 15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  color:var(--ink);background:var(--paper);box-sizing:border-box;max-width:46rem;margin:0 auto;padding:14px 16px 16px;border:1px solid var(--soft);border-radius:10px}
.frame.dark{${DARK}}
.frame{container:frame/inline-size}
@media print{.frame,.frame.dark{${LIGHT} --ink:#000;break-inside:avoid} .frame :is(.controls,button,.slider){display:none!important}}
@media (max-width:420px){.frame{padding:12px 8px 14px;border-left:0;border-right:0;border-radius:0}}
*{box-sizing:border-box}
.title{font-weight:650;margin:0 0 2px;font-size:16px}
.how{margin:0 0 10px;color:var(--quiet);font-size:14px}
p{margin:6px 0} p,li,button,.value{overflow-wrap:anywhere} /* for what readers type */
svg{display:block;width:100%;height:auto;overflow:visible;color:inherit}
svg text{fill:currentColor;font:400 12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
svg .small{font-size:11.5px}
svg .quiet{fill:var(--quiet)}
svg .strong{font-weight:650}
svg .middle{text-anchor:middle} svg .end{text-anchor:end}
svg .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round} /* where a line passes behind it */
.controls{display:flex;flex-wrap:wrap;gap:8px 16px;margin-top:12px;align-items:center} .asks:not(:has(+ .controls)){margin-bottom:10px}
.buttons{display:flex;flex-wrap:wrap;gap:8px}
.first{margin:0 0 10px} .asks + .first{margin-top:8px} .first .buttons{gap:6px} .first button{padding:4px 10px}
.which{font-size:14px;align-self:center;margin-right:4px} @container (max-width:460px){.which{flex:1 0 100%}}
.see{min-width:0} .set>:first-child{margin-top:0}
.stage{display:grid;grid-template-columns:minmax(0,1fr);gap:12px 22px}
@container (min-width:620px){.stage{grid-template-columns:minmax(0,1fr) 15.5rem}}
button{font:inherit;font-size:14px;color:inherit;background:var(--softer);border:1px solid var(--line);border-radius:7px;
  min-height:36px;min-width:36px;padding:4px 12px;cursor:pointer}
button:hover:not(:disabled){border-color:currentColor}
button:disabled{opacity:.45;cursor:default}
button[aria-pressed=true]{box-shadow:inset 0 0 0 1.5px currentColor;-webkit-text-stroke:.5px currentColor} /* bold, and as wide as before: nothing moves */
button.main{background:var(--hidden-ink);border-color:var(--hidden-ink);color:var(--paper);font-weight:600}
button:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid var(--hidden);outline-offset:2px;border-radius:7px}
input[type=range]:focus-visible{outline:none} /* round the thumb: round the whole slider the ring would cut its name */
input[type=range]:focus-visible::-webkit-slider-thumb{outline:3px solid var(--hidden);outline-offset:2px}
input[type=range]:focus-visible::-moz-range-thumb{outline:3px solid var(--hidden);outline-offset:2px}
.slider{display:grid;grid-template-columns:1fr auto;flex:1 1 14rem;gap:0 8px;align-items:baseline;font-size:14px}
.slider input{grid-column:1/-1}
.slider .value{font-variant-numeric:tabular-nums;font-weight:600}
input[type=range]{-webkit-appearance:none;appearance:none;width:100%;height:34px;margin:0;background:none;cursor:pointer;--tint:var(--line)}
.gate input[type=range]{--tint:var(--gate)} .error input[type=range]{--tint:var(--error)} .hidden input[type=range]{--tint:var(--hidden)}
input[type=range]::-webkit-slider-runnable-track{height:6px;border-radius:3px;background:linear-gradient(to right,var(--tint) var(--filled,0%),var(--soft) var(--filled,0%))}
input[type=range]::-moz-range-track{height:6px;border-radius:3px;background:var(--soft)}
input[type=range]::-moz-range-progress{height:6px;border-radius:3px;background:var(--tint)}
input[type=range]::-webkit-slider-thumb{-webkit-appearance:none;width:22px;height:22px;margin-top:-8px;border-radius:50%;background:var(--tint);border:3px solid var(--paper);box-shadow:0 0 0 1.5px var(--tint)}
input[type=range]::-moz-range-thumb{width:17px;height:17px;border-radius:50%;background:var(--tint);border:3px solid var(--paper);box-shadow:0 0 0 1.5px var(--tint)}
input[type=range]:disabled{opacity:.4;cursor:default}
.says{font-variant-numeric:tabular-nums}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (forced-colors:active){button,.frame{border:1px solid CanvasText}}
`;

/** Whether the figure stands on dark paper: what the book or JupyterLab says, else what the text's colour tells. */
function onDark(host) {
  const said = document.documentElement.dataset.theme;
  if (said === "dark" || said === "light") return said === "dark";
  const lab = document.body?.dataset.jpThemeLight;
  if (lab) return lab === "false";
  const [r, g, b] = (getComputedStyle(host).color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 127;
}

function setUp(host, store, mount, style) {
  const root = host.shadowRoot || host.attachShadow({ mode: "open" });
  const frame = el("div", { class: "frame", role: "group" });
  root.replaceChildren(el("style", {}, STYLE + style), frame);
  const view = mount(frame, store);
  const seen = root.querySelector(".see"), set = root.querySelector(".set");
  const width = () => { // of the drawings; a figure that isn't shown yet has none
    const edges = getComputedStyle(frame);
    return clamp(seen?.clientWidth || (frame.clientWidth || 692) - parseFloat(edges.paddingLeft) - parseFloat(edges.paddingRight), 280, 704);
  };
  let waiting = false, gone = false, drawnAt = width();
  const draw = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => { // several changes at once are drawn once
      waiting = false;
      if (!gone) view.draw((drawnAt = width()), set?.clientWidth || drawnAt);
    });
  };
  view.draw(drawnAt, set?.clientWidth || drawnAt);
  const paper = () => frame.classList.toggle("dark", onDark(host));
  paper();
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", paper);
  const theme = new MutationObserver(paper);
  for (const node of [document.documentElement, document.body]) {
    theme.observe(node, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "class", "style"] });
  }
  const size = new ResizeObserver(() => width() !== drawnAt && draw());
  size.observe(frame);
  const silence = store.on(draw);
  return () => {
    gone = true;
    silence();
    size.disconnect();
    theme.disconnect();
    scheme.removeEventListener("change", paper);
    view.stop?.();
  };
}

const copy = (value) => (typeof value === "object" ? JSON.parse(JSON.stringify(value)) : value);

/** The figure's state in a page: set from the element's attributes (JSON, text as it is), then only by the reader. */
function pageStore(host, defaults) {
  const state = copy(defaults), listeners = new Set();
  for (const name of Object.keys(defaults)) {
    const given = host.getAttribute(name.replaceAll("_", "-"));
    if (given != null) state[name] = typeof defaults[name] === "string" ? given : JSON.parse(given);
  }
  return {
    get: (name) => state[name],
    update(changes) {
      Object.assign(state, copy(changes));
      listeners.forEach((listener) => listener());
      host.dispatchEvent(new CustomEvent("change", { detail: copy(state) }));
    },
    on: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    touch: () => listeners.forEach((listener) => listener()),
    ask: fetched,
  };
}

/** The same held by a kernel: what the reader does is sent to Python, what Python sets is drawn. */
function modelStore(model, defaults) {
  const events = Object.keys(defaults).map((name) => "change:" + name).join(" "), listeners = new Set();
  return {
    get: (name) => model.get(name),
    update(changes) {
      for (const [name, value] of Object.entries(changes)) model.set(name, copy(value));
      model.save_changes();
    },
    on: (listener) => (listeners.add(listener), model.on(events, listener), () => (listeners.delete(listener), model.off(events, listener))),
    touch: () => listeners.forEach((listener) => listener()),
    ask: (name) => new Promise((resolve) => {
      const hear = (content) => content.given && (model.off("msg:custom", hear), resolve(content.given));
      model.on("msg:custom", hear);
      model.send({ ask: name });
    }),
  };
}

/**
 * Register a figure under its tag and return what anywidget wants. `mount(frame, store)` builds the figure once and
 * returns { draw(width, beside), stop() }, the widths in which it draws and that of what stands beside it; it reads its state with store.get and changes it with store.update.
 */
export function figure(tag, defaults, mount, style = "") {
  if (typeof customElements !== "undefined" && !customElements.get(tag)) {
    customElements.define(tag, class extends HTMLElement {
      connectedCallback() {
        this.store ??= pageStore(this, defaults);
        this.stop = setUp(this, this.store, mount, style);
      }
      disconnectedCallback() {
        this.stop();
      }
    });
  }
  function render({ model, el: place }) {
    const host = el("div", { class: tag });
    place.append(host);
    return setUp(host, modelStore(model, defaults), mount, style);
  }
  return { render };
}
