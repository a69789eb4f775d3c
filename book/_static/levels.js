// How deep to read: plain, in depth, original. A switch at the head of each chapter, remembered; it folds the rooms that a
// level leaves out. What is folded is still found by the browser's search, by links to it, and in print.
addEventListener("DOMContentLoaded", () => {
  const LEVELS = [
    ["plain", "Plain", "The idea, the figures, what goes wrong, the quiz: no symbols needed"],
    ["depth", "In depth", "With equations, code, measurements and exercises"],
    ["original", "Original", "Everything, with the papers' own results beside ours"],
  ];
  const NEEDS = { "In depth": 1, Exercises: 1, "The original": 2, Appendix: 2 }; // the least level that shows a room; others are always shown
  const KEY = "memory-cell-level";

  const read = () => {
    try { return Math.max(0, LEVELS.findIndex(([name]) => name === (localStorage.getItem(KEY) ?? "original"))); } catch { return 2; }
  };
  const keep = (level) => {
    try { localStorage.setItem(KEY, LEVELS[level][0]); } catch { /* a reader who allows no storage chooses on each page */ }
  };

  const rooms = [...document.querySelectorAll(".bd-article section > h2")]
    .map((heading) => ({ heading, name: [...heading.childNodes].map((n) => (n.nodeType === 3 ? n.data : "")).join("").trim() }))
    .filter(({ name }) => name in NEEDS)
    .map(({ heading, name }) => ({ heading, needs: NEEDS[name], name, parts: [...heading.parentNode.children].filter((part) => part !== heading) }));
  const place = document.querySelector(".book-level-place");
  if (!rooms.length && !place) return;

  const says = document.createElement("p");
  const buttons = LEVELS.map(([, name, title], level) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: name, title });
    button.addEventListener("click", () => { keep(level); show(level); });
    return button;
  });
  const bar = document.createElement("div");
  bar.className = "book-level";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "How deep to read");
  says.setAttribute("role", "status");
  bar.append(...buttons, says);
  if (place) place.append(bar);
  else document.querySelector(".bd-article h1").after(bar);

  for (const room of rooms) {
    room.button = document.createElement("button");
    Object.assign(room.button, { type: "button", className: "book-unfold", textContent: `Show “${room.name}”` });
    room.button.addEventListener("click", () => fold(room, false));
    room.heading.after(room.button);
    for (const part of room.parts) part.addEventListener("beforematch", () => fold(room, false));
  }

  function fold(room, folded) {
    for (const part of room.parts) folded ? part.setAttribute("hidden", "until-found") : part.removeAttribute("hidden");
    room.button.hidden = !folded;
    if (!folded) dispatchEvent(new Event("resize")); // drawings and wide formulas measure themselves anew
  }

  function show(level) {
    buttons.forEach((button, k) => button.setAttribute("aria-pressed", k === level));
    says.textContent = LEVELS[level][2] + ".";
    for (const room of rooms) fold(room, room.needs > level);
  }

  function reveal() { // a link into a folded room opens it
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const room = target && rooms.find(({ parts }) => parts.some((part) => part.contains(target)));
    if (!room || !room.parts[0]?.hidden) return;
    fold(room, false);
    target.scrollIntoView();
  }

  show(read());
  reveal();
  addEventListener("hashchange", reveal);
});
