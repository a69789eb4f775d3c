// Python in a worker: started by live.js when a reader first presses "Run". What it takes is in files.json, by parts, each
// file with its checksum, under which a cache keeps it: the next page, and the next visit, fetch nothing.
const HERE = new URL("./", self.location).href;
const held = new Map(); // address -> bytes
const TYPES = { wasm: "application/wasm", json: "application/json", js: "text/javascript" };

// Pyodide fetches its files itself; it gets those that are here already.
const real = self.fetch.bind(self);
self.fetch = (what, options) => {
  const bytes = held.get(String(what.url ?? what));
  if (!bytes) return real(what, options);
  const type = TYPES[String(what.url ?? what).split(".").at(-1)] ?? "application/octet-stream";
  return Promise.resolve(new Response(bytes, { headers: { "Content-Type": type } }));
};

const files = real(new URL("files.json", HERE), { cache: "no-cache" }).then((answer) => answer.json());
const brought = new Map(); // part -> promise

async function store() { // there is none where a page isn't served safely, or a reader allows none
  try { return await caches.open("memory-cell-python"); } catch { return null; }
}

async function bytesOf(name, { sha256 }, arrived) {
  const cache = await store(), address = new URL(name, HERE), key = `${address}?${sha256}`;
  const kept = await cache?.match(key);
  if (kept) {
    const bytes = await kept.arrayBuffer();
    arrived(bytes.byteLength);
    return bytes;
  }
  const answer = await real(key);
  if (!answer.ok) throw new Error(`${name}: the server answers ${answer.status}`);
  const pieces = [];
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    arrived(value.length);
  }
  const bytes = await new Blob(pieces).arrayBuffer();
  if (crypto.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    if ([...digest].map((b) => b.toString(16).padStart(2, "0")).join("") !== sha256) throw new Error(`${name} arrived damaged`);
  }
  await cache?.put(key, new Response(bytes)).catch(() => {}); // a full disk is no reason to stop
  return bytes;
}

function bring(part) {
  if (!brought.has(part)) brought.set(part, (async () => {
    const wanted = Object.entries(await files).filter(([, file]) => file.part === part);
    const total = wanted.reduce((sum, [, file]) => sum + file.bytes, 0);
    let here = 0;
    const arrived = (count) => { here += count; postMessage({ kind: "progress", part, here, total }); };
    await Promise.all(wanted.map(async ([name, file]) => held.set(new URL(name, HERE).href, await bytesOf(name, file, arrived))));
    return wanted.map(([name]) => name);
  })());
  return brought.get(part);
}

let python = null;

async function start() {
  await bring("core");
  for (const name of ["pyodide.js", "pyodide.asm.js"]) {
    const url = URL.createObjectURL(new Blob([held.get(HERE + name)], { type: "text/javascript" }));
    importScripts(url);
    URL.revokeObjectURL(url);
  }
  postMessage({ kind: "starting" });
  const py = await loadPyodide({ indexURL: HERE, stdout: () => {}, stderr: () => {} });
  await py.loadPackage("numpy", { messageCallback() {} });
  const folder = py.runPython("import site; site.getsitepackages()[0]");
  py.unpackArchive(held.get(HERE + "library.zip"), "zip", { extractDir: folder });
  held.delete(HERE + "pyodide.asm.wasm"); // it is compiled
  return { py, run: py.pyimport("live_page").run };
}

const packages = { plots: "matplotlib", figures: "traitlets" };
const loaded = new Set();

async function run({ id, source, name, shown, parts }) {
  const began = performance.now();
  let failed = true;
  try {
    python ??= start().catch((error) => { // so that another press tries again
      python = null;
      brought.clear();
      throw error;
    });
    const { py, run: runCell } = await python;
    for (const part of parts) {
      if (loaded.has(part)) continue;
      await bring(part);
      await py.loadPackage(packages[part], { messageCallback() {} });
      loaded.add(part);
    }
    postMessage({ kind: "running", id });
    failed = !runCell(source, name, (kind, text) => postMessage({ kind, id, text }), shown);
  } catch (error) {
    postMessage({ kind: "error", id, text: String(error.message ?? error).replace(/^PythonError: /, "") });
  }
  postMessage({ kind: "done", id, failed, seconds: (performance.now() - began) / 1000 });
}

let turn = Promise.resolve();
onmessage = ({ data }) => { turn = turn.then(() => run(data)); };
