import { button, el, figure, voice } from "../page/kit.js";

// Questions with a reason for every answer, right or wrong. `chosen` holds the answer picked for each question, or -1.

/** How many questions stand answered right, and how many are answered at all. */
export function score(questions, chosen) {
  const picked = questions.map((question, k) => question.answers[chosen[k] ?? -1]);
  return { right: picked.filter((answer) => answer?.right).length, answered: picked.filter(Boolean).length };
}

/**
 * The order in which a question's answers stand: shuffled, by a generator that the question's own text seeds, so that
 * it is the same for everyone. quiz.py has the same.
 */
export function order({ question, answers }) {
  let seed = 450;
  for (const letter of question) seed = Math.imul(seed ^ letter.codePointAt(0), 16777619) >>> 0;
  const places = answers.map((_, k) => k);
  for (let k = places.length - 1; k > 0; k--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((seed / 2 ** 32) * (k + 1));
    [places[k], places[other]] = [places[other], places[k]];
  }
  return places;
}

// The same places as MARKED in quiz.py: `code`, *emphasis*, and a letter with a short subscript, as W_hh.
const MARKED = /(`[^`]+`|\*[^*\s](?:[^*]*[^*\s])?\*|[A-Za-z]_[a-z0-9]{1,3}(?![A-Za-z0-9_]))/;

/** A question's text as nodes. */
function marked(text) {
  return text.split(MARKED).map((part, k) => {
    if (k % 2 === 0) return part;
    if (part[0] === "`") return el("code", {}, part.slice(1, -1));
    if (part[0] === "*") return el("em", {}, part.slice(1, -1));
    return [part[0], el("sub", {}, part.slice(2))];
  }).flat().filter(Boolean);
}

const plain = (text) => text.replace(/[`*]/g, "").replaceAll("_", " ");

let made = 0; // radio buttons of two quizzes on a page must not share a name

function mount(frame, store) {
  const id = `quiz-${made++}`;
  frame.setAttribute("aria-label", "Check yourself");
  const list = el("div");
  const line = el("p", { class: "says" });
  const spoken = voice();
  const again = button("Start again", () => store.update({ chosen: [] }));
  frame.append(list, el("div", { class: "controls" }, again, line), spoken);
  spoken.say(""); // nothing is chosen yet: the first answer is news
  let shown = null;

  function build(questions) {
    list.replaceChildren(...questions.map((question, k) => {
      const options = order(question).map((j) => {
        const answer = question.answers[j];
        const input = el("input", { type: "radio", name: `${id}-${k}`, value: j, onchange: () => pick(k, j) });
        const reason = el("p", { class: "reason", id: `${id}-${k}-${j}`, hidden: true }, el("strong", {}, answer.right ? "✓ Right. " : "✗ Not yet. "), marked(answer.reason));
        return el("div", { class: "option", "data-answer": j }, el("label", {}, input, el("span", {}, marked(answer.text))), reason);
      });
      return el("fieldset", {}, el("legend", {}, el("span", { class: "number" }, `${k + 1}. `), marked(question.question)), options);
    }));
    shown = JSON.stringify(questions);
  }

  function pick(k, j) {
    const questions = store.get("questions");
    const chosen = questions.map((_, i) => store.get("chosen")[i] ?? -1);
    chosen[k] = j;
    store.update({ chosen });
    const answer = questions[k].answers[j];
    spoken.say(`${answer.right ? "Right." : "Not yet."} ${plain(answer.reason)}`);
  }

  function draw() {
    const questions = store.get("questions"), chosen = store.get("chosen");
    if (JSON.stringify(questions) !== shown) build(questions);
    questions.forEach((question, k) => question.answers.forEach((answer, j) => {
      const option = list.children[k].querySelector(`[data-answer="${j}"]`);
      const [input, reason] = [option.querySelector("input"), option.querySelector(".reason")];
      const picked = chosen[k] === j;
      input.checked = picked;
      reason.hidden = !picked;
      option.className = `option${picked ? (answer.right ? " right" : " wrong") : ""}`;
      if (picked) input.setAttribute("aria-describedby", reason.id);
      else input.removeAttribute("aria-describedby");
    }));
    const { right, answered } = score(questions, chosen);
    line.textContent = answered ? `${right} of ${questions.length} right` + (answered < questions.length ? `, ${questions.length - answered} to go.` : ".")
      : `${questions.length} ${questions.length === 1 ? "question" : "questions"}. Choose an answer to see its reason.`;
    again.disabled = !answered;
  }
  return { draw };
}

const LOOK = `
fieldset{border:0;margin:0 0 18px;padding:0;min-width:0}
legend{padding:0;font-weight:600;margin-bottom:4px}
.number{color:var(--quiet)}
.option{border-left:3px solid transparent;padding-left:8px;margin-left:-3px;border-radius:2px}
.option.right{border-color:var(--cell)} .option.wrong{border-color:var(--error)}
.option label{display:grid;grid-template-columns:auto 1fr;gap:10px;align-items:start;padding:6px 4px;min-height:34px;cursor:pointer;border-radius:6px}
.option label:hover{background:var(--softer)}
input[type=radio]{width:18px;height:18px;margin:2px 0 0;accent-color:var(--hidden)}
.reason{margin:0 4px 8px 32px;font-size:14.5px}
.right .reason strong{color:var(--cell-ink)} .wrong .reason strong{color:var(--error-ink)}
sub{font-size:.75em;line-height:0}
code{font:0.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--softer);padding:1px 4px;border-radius:4px}
.controls .says{margin:0}
@media print{.reason[hidden]{display:block} .option{break-inside:avoid}}
`;

export default figure("lstm-quiz", { questions: [], chosen: [] }, mount, LOOK);
