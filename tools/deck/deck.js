// Moves through a deck, fits what is too large for the screen, shows notes, and keeps a second window in step.

const main = document.querySelector("main");
const slides = [...document.querySelectorAll(".slide")];
const counter = document.querySelector("nav .counter");
const heard = document.querySelector("body > [role=status]");
const notes = document.getElementById("notes");
const narrow = matchMedia("(max-width: 700px)");
let now = 0;

/** Make a slide's content as small as its screen asks for; a question of the quiz may be larger than on a page. */
function fit(slide) {
  const body = slide.querySelector(".body"), inner = slide.querySelector(".fit");
  if (!inner || narrow.matches) return;
  const wide = Math.max(inner.offsetWidth, inner.scrollWidth);
  const most = inner.classList.contains("asked") ? 1.5 : 1;
  const scale = Math.min(most, body.clientHeight / inner.offsetHeight, body.clientWidth / wide);
  const aside = (inner.offsetWidth - wide) / 2 * scale; // what is wider goes over to the right alone
  inner.style.transform = scale === 1 ? "" : `translateX(${aside}px) scale(${scale})`;
}

function say() {
  counter.textContent = `${now + 1} / ${slides.length}`;
  heard.textContent = `${slides[now].getAttribute("aria-label")}: ${slides[now].querySelector("h1, h2").textContent}`;
  history.replaceState(null, "", `#${now + 1}`);
}

const others = "BroadcastChannel" in window ? new BroadcastChannel(`deck ${location.pathname}`) : null;
if (others) others.onmessage = ({ data }) => go(data, false);

function go(to, tell = true) {
  const next = Math.max(0, Math.min(slides.length - 1, to));
  if (next === now) return;
  now = next;
  slides[now].scrollIntoView({ behavior: "instant", block: "start" });
  fit(slides[now]);
  say();
  if (tell) others?.postMessage(now);
}

// What is scrolled to by hand or by touch counts as well. A report may come late, when a key has led elsewhere.
const inView = (slide) => {
  const { top, bottom } = slide.getBoundingClientRect(), middle = main.getBoundingClientRect().top + main.clientHeight / 2;
  return top < middle && middle < bottom;
};
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.intersectionRatio > 0.6 && inView(entry.target) && slides.indexOf(entry.target) !== now) {
      now = slides.indexOf(entry.target);
      say();
      others?.postMessage(now);
    }
  }
}, { root: main, threshold: 0.7 });

function toggleNotes() {
  const on = document.body.classList.toggle("with-notes");
  notes.setAttribute("aria-pressed", on);
  slides.forEach(fit);
  slides[now].scrollIntoView({ behavior: "instant", block: "start" });
}

// Arrows and the space bar belong to a figure that has the focus; page keys always move.
const STEPS = { PageDown: 1, PageUp: -1, ArrowRight: 1, ArrowDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1 };
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const free = event.target === document.body || event.target === main;
  const page = event.key.startsWith("Page");
  if (event.key in STEPS && (free || page)) go(now + STEPS[event.key]);
  else if (event.key === "Home" && free) go(0);
  else if (event.key === "End" && free) go(slides.length - 1);
  else if (event.key === "n" && (free || event.target.closest("nav"))) toggleNotes();
  else return;
  event.preventDefault();
});

document.getElementById("back").addEventListener("click", () => go(now - 1));
document.getElementById("on").addEventListener("click", () => go(now + 1));
notes.addEventListener("click", toggleNotes);

const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) fit(entry.target.closest(".slide"));
});
for (const slide of slides) {
  seen.observe(slide);
  for (const part of slide.querySelectorAll(".body, .fit")) sizes.observe(part);
}
const asked = Number(location.hash.slice(1));
if (asked > 1) go(asked - 1);
say();
main.focus();
