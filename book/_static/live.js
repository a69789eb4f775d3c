// Code that runs in the page. "Run" and "Edit" stand at every cell that the build found able to run here; what they need is
// fetched at the first press, and Python runs in a worker (_static/live/worker.js), one for the page, which "Stop" ends.
//
// To run a cell is to make the names that it uses what the text above it makes them: of the code before it, what hasn't run
// yet, or what something else has changed since, runs first. So a cell gives the same however often and in whatever order
// cells are run, and what was edited counts as edited. The plan of who needs what is made by the build (tools/live_plan.py).
(() => {
  const STATIC = new URL(".", document.currentScript.src);
  let plan = null; // fetched at the first press
  let clock = 0, ranAt = new Map(), changedBy = new Map(); // unit -> when it ran; name -> the unit that last bound or changed it
  const cells = new Map(); // number -> what stands at the cell

  // ---- Which units have to run: a rehearsal on copies, until no unit would meet a name that is further on than it should be.
  const pending = (unit) => cells.get(plan.units[unit].cell)?.pending; // its cell was edited, and hasn't run since
  const fresh = (unit, at) => at.has(unit) && !pending(unit) && Object.values(plan.units[unit].needs).flat().every((k) => fresh(k, at) && at.get(k) <= at.get(unit));
  const effects = (unit) => [...plan.units[unit].binds, ...plan.units[unit].touches];

  function due(before, targets) {
    const force = new Set(), known = new Set(before), wanted = new Set();
    for (const unit of [...before, ...targets])
      for (const [name, chain] of Object.entries(plan.units[unit].needs)) for (const k of chain) wanted.add(`${k} ${name}`);
    for (;;) {
      const at = new Map(ranAt), by = new Map(changedBy), list = [];
      let now = clock, forced = force.size;
      const displaced = (unit) => effects(unit).some((name) => wanted.has(`${unit} ${name}`) && !(known.has(by.get(name)) && by.get(name) >= unit));
      const check = (unit) => {
        for (const [name, chain] of Object.entries(plan.units[unit].needs)) if (!targets.includes(chain.at(-1)) && by.get(name) !== chain.at(-1)) force.add(chain[0]);
      };
      for (const unit of before) {
        if (!force.has(unit) && fresh(unit, at) && !displaced(unit)) continue;
        check(unit);
        list.push(unit);
        at.set(unit, ++now);
        for (const name of effects(unit)) by.set(name, unit);
      }
      if (targets.length) check(targets[0]);
      if (force.size === forced) return list;
    }
  }

  const ran = (units) => {
    for (const unit of units) {
      ranAt.set(unit, ++clock);
      for (const name of plan.units[unit].binds ? effects(unit) : []) changedBy.set(name, unit);
    }
  };

  // ---- The worker: one step at a time.
  const python = {
    worker: null, waiting: null, listen: null,
    step(message, listen) {
      if (!this.worker) {
        this.worker = new Worker(new URL("live/worker.js", STATIC));
        this.worker.onmessage = ({ data }) => {
          if (data.kind === "done") { this.listen = null; this.waiting?.(data); } else this.listen?.(data);
        };
        this.worker.onerror = () => { this.listen?.({ kind: "error", text: "Python could not be started in this browser." }); this.end(); };
      }
      return new Promise((resolve) => { Object.assign(this, { waiting: resolve, listen }); this.worker.postMessage(message); });
    },
    end() {
      this.worker?.terminate();
      this.worker = null;
      for (const cell of cells.values()) cell.ranText = undefined;
      [ranAt, changedBy, clock] = [new Map(), new Map(), 0];
      this.waiting?.({ stopped: true });
      this.waiting = null;
    },
  };

  // ---- What a cell shows, in the place of what is stored.
  class Shown {
    constructor(box, number, label) {
      const output = box.querySelector(":scope > .cell_output"), picture = output?.querySelector("figure img");
      Object.assign(this, { label, alt: output?.querySelector("img")?.alt, stored: picture ?? output });
      this.live = document.createElement("div");
      this.live.className = "live-output cell_output";
      this.live.setAttribute("role", "region");
      this.live.setAttribute("aria-label", label);
      this.live.hidden = true;
      if (this.stored) this.stored.after(this.live);
      else box.append(this.live);
    }
    begin() { this.fresh = true; this.live.setAttribute("aria-busy", "true"); }
    open() { // what was there stays until something comes
      if (!this.fresh) return;
      this.fresh = false;
      this.live.replaceChildren();
      this.live.hidden = false;
      this.stored?.classList.add("live-replaced");
    }
    take({ kind, text }, edited) {
      this.open();
      if (kind === "text" || kind === "error") {
        let pre = this.live.lastElementChild;
        if (pre?.dataset.kind !== kind) {
          pre = Object.assign(document.createElement("pre"), { tabIndex: 0 });
          pre.dataset.kind = kind;
          this.live.append(pre);
        }
        pre.append(text);
      } else if (kind === "html") {
        const part = document.createElement("div");
        part.className = "output text_html";
        part.innerHTML = text;
        this.live.append(part);
        const strange = [...part.querySelectorAll(".lstm-figure")].some(({ localName }) => !customElements.get(localName));
        if (strange) document.head.append(Object.assign(document.createElement("script"), { src: new URL("figures/all.js", STATIC) })); // a figure that isn't this page's
      } else if (kind === "figure") {
        const image = new Image();
        image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
        image.alt = edited || !this.alt ? "Plot drawn by the code as it stands in the page now" : this.alt;
        this.live.append(image);
      }
    }
    end(whole) {
      if (whole) this.open();
      this.live.removeAttribute("aria-busy");
      this.live.hidden = !this.live.childNodes.length;
    }
    putBack() { this.live.hidden = true; this.live.replaceChildren(); this.stored?.classList.remove("live-replaced"); }
  }

  // ---- What code is edited in: CodeMirror, fetched at the first press of "Edit"; where it doesn't come, the browser's own.
  const FETCHING = "The editor is on its way.", KEYS = "Control and Enter runs it.";
  const TAB = "Tab indents; to leave with the keyboard, press Escape, then Tab.";

  function plainEditor(place, { text, label, described, run }) {
    const area = Object.assign(document.createElement("textarea"), { value: text, rows: text.split("\n").length + 1, spellcheck: false });
    for (const [name, value] of Object.entries({ autocapitalize: "off", autocomplete: "off", wrap: "off", "aria-label": label, "aria-describedby": described }))
      area.setAttribute(name, value);
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) { event.preventDefault(); run(); }
    });
    place.append(area);
    return { get text() { return area.value; }, focus: () => area.focus(), close: () => area.remove() };
  }

  // ---- A cell's buttons.
  class Cell {
    constructor(box, number, place) {
      Object.assign(this, { box, number, place, input: box.querySelector(".cell_input") });
      this.bar = document.createElement("div");
      this.bar.className = "live-bar";
      this.run = this.button("Run", () => start(this));
      this.stop = this.button("Stop", () => { stopAll(); this.run.focus(); });
      this.edit = this.button("Edit", () => this.open());
      this.back = this.button("Put back", () => this.putBack());
      this.stop.hidden = this.back.hidden = true;
      this.progress = Object.assign(document.createElement("progress"), { hidden: true });
      this.progress.setAttribute("aria-label", "Python, how much of it is here");
      this.status = document.createElement("span");
      this.status.setAttribute("role", "status");
      this.bar.append(this.run, this.stop, this.edit, this.back, this.progress, this.status);
      this.input.after(this.bar);
      this.shown = new Shown(box, number, `Output of code ${place}, run here`);
    }
    button(name, does) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      button.setAttribute("aria-label", `${name}: code ${this.place}`);
      button.addEventListener("click", does);
      return button;
    }
    get stored() { return this.input.querySelector("pre").textContent.replace(/\n$/, ""); }
    get edited() { return Boolean(this.editor) && this.editor.text !== this.stored; }
    get pending() { return (this.ranText ?? this.stored) !== this.source; }
    get source() { return this.editor?.text ?? this.stored; }
    async open() {
      if (this.opening) return;
      this.opening = true;
      if (busy !== this) this.say(FETCHING);
      const fetched = await import(new URL("live/codemirror.js", STATIC)).catch(() => null);
      if (!this.opening) return; // put back meanwhile
      this.frame = document.createElement("div");
      this.frame.className = "live-editor highlight";
      const hint = Object.assign(document.createElement("p"), { className: "live-note", id: `live-hint-${this.number}`, textContent: fetched ? `${KEYS} ${TAB}` : KEYS });
      this.input.hidden = this.edit.hidden = true;
      this.back.hidden = false;
      this.input.after(this.frame, hint);
      this.editor = (fetched?.open ?? plainEditor)(this.frame, { text: this.stored, label: `Code ${this.place}`, described: hint.id, run: () => start(this) });
      this.close = () => { this.editor.close(); this.frame.remove(); hint.remove(); };
      if (this.status.textContent === FETCHING) this.say("");
      this.editor.focus();
    }
    putBack() {
      this.close?.();
      this.editor = this.close = null;
      this.opening = false;
      this.input.hidden = this.edit.hidden = false;
      this.back.hidden = true;
      const units = plan?.cells[this.number].units ?? [];
      if (this.ranText !== undefined) for (const unit of units) ranAt.delete(unit); // what others need of it is what the book says again
      this.ranText = undefined;
      this.shown.putBack();
      for (const number of plan?.cells[this.number].feeds ?? []) fed.get(number)?.putBack();
      this.say("As in the book again.");
      this.run.focus();
    }
    say(text) { if (this.status.textContent !== text) this.status.textContent = text; }
  }

  // ---- A press.
  const fed = new Map(); // number of a cell whose code is hidden -> what it shows
  let busy = null;

  async function start(cell) {
    if (busy) return cell.say(busy === cell ? "It is running still." : "Another cell is running.");
    busy = cell;
    cell.run.setAttribute("aria-disabled", "true");
    cell.stop.hidden = cell.back.hidden = false;
    try {
      plan ??= await (await fetch(new URL(`live/cells/${about.page}.json`, STATIC))).json();
      cell.say(python.worker ? "Running." : "Python is on its way.");
      await press(cell);
    } catch (error) {
      cell.say(`It could not be run: ${error.message}`);
    }
    cell.run.removeAttribute("aria-disabled");
    cell.stop.hidden = cell.progress.hidden = true;
    busy = null;
  }

  async function press(cell) {
    const began = performance.now(), own = plan.cells[cell.number];
    cell.shown.begin();
    let end = await earlier(cell, cell.shown, own);
    if (!end) end = await whole(cell, cell.shown, own);
    cell.shown.end(!end);
    for (const number of end ? [] : own.feeds) {
      const shown = fed.get(number), next = plan.hidden[number];
      shown.begin();
      end ??= await earlier(cell, shown, next);
      if (!end) end = await whole(cell, shown, next, true);
      shown.end(!end);
    }
    const seconds = (performance.now() - began) / 1000;
    if (end) cell.say(end.stopped ? "Stopped. Python will start afresh." : "It stopped at an error.");
    else cell.say(`Done in ${seconds < 1 ? "less than a second" : `${seconds.toFixed(0)} s`}${cell.shown.live.hidden && !own.feeds.length ? "; it prints nothing" : ""}.`);
  }

  // Runs what has to run before a cell; an edited cell runs as a whole. Returns what went wrong, or null.
  async function earlier(cell, shown, about) {
    const done = new Set();
    for (const unit of due(about.before, about.units)) {
      const from = cells.get(plan.units[unit].cell), asWhole = from?.edited || from?.pending;
      if (asWhole && done.has(from)) continue;
      const group = asWhole ? plan.cells[from.number].units : [unit];
      const source = asWhole ? from.source : plan.units[unit].source;
      const result = await python.step({ id: cell.number, source, name: `<code ${from?.place ?? "before"}>`, shown: false, parts: about.parts }, told(cell, shown));
      if (result.failed || result.stopped) return result;
      if (asWhole) { done.add(from); from.ranText = from.source; }
      ran(group);
    }
    return null;
  }

  async function whole(cell, shown, about, hidden = false) {
    const source = hidden ? about.source : cell.source;
    const result = await python.step({ id: cell.number, source, name: hidden ? "<the page's own>" : `<code ${cell.place}>`, shown: true, parts: about.parts }, told(cell, shown));
    if (result.stopped) return result;
    if (!hidden) cell.ranText = source;
    ran(about.units);
    return result.failed ? result : null;
  }

  const MB = (bytes) => (bytes / 1e6).toFixed(0);
  const told = (cell, shown) => (data) => {
    if (data.kind === "progress") {
      Object.assign(cell.progress, { hidden: false, max: data.total, value: data.here });
      cell.say(`Fetching Python, ${MB(data.total)} MB, once.`);
    } else if (data.kind === "starting") { cell.progress.hidden = true; cell.say("Python is starting."); }
    else if (data.kind === "running") { cell.progress.hidden = true; cell.say("Running."); }
    else shown.take(data, cell.edited);
  };

  const stopAll = () => python.end();

  // ---- At the page's start: buttons, or a word on why there are none.
  let about = null;
  addEventListener("DOMContentLoaded", () => {
    const written = document.getElementById("live-cells");
    if (!written) return;
    about = JSON.parse(written.textContent);
    const link = (part) => document.querySelector(`.article-header-buttons a[href*="${part}"]`)?.href;
    const note = (box, html) => {
      const text = Object.assign(document.createElement("p"), { className: "live-note", innerHTML: html });
      box.querySelector(".cell_input").after(text);
    };
    const inFile = location.protocol === "file:";
    const site = document.querySelector('link[rel="canonical"]')?.href;
    const numbers = [...about.run, ...Object.keys(about.missing).map(Number)].sort((a, b) => a - b);
    let told = false; // once on a page is enough
    numbers.forEach((number, k) => {
      const box = document.querySelector(`.live-${number}`);
      if (!box?.querySelector(".cell_input")) return;
      if (number in about.missing)
        note(box, `This needs ${about.missing[number].join(" and ")}, which a page doesn't have: <a href="${link("colab")}">open the notebook in Colab</a> or <a href="${link("/notebooks/")}" download>download it</a>.`);
      else if (inFile) {
        if (!told) note(box, `A page that is opened from a file can't run code. <code>make serve</code> shows it at an address where it can${site ? `, and so does <a href="${site}">the published page</a>` : ""}.`);
        told = true;
      } else cells.set(number, new Cell(box, number, k + 1));
    });
    if (inFile) return;
    for (const box of document.querySelectorAll(".cell.tag_remove-input")) {
      const number = Number([...box.classList].find((name) => /^live-\d+$/.test(name))?.slice(5));
      fed.set(number, new Shown(box, number, "Output, run here"));
    }
  });
})();
