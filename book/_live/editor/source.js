// The editor of code in the page: CodeMirror with what a cell of Python needs. `make runtime` makes codemirror.js of this
// file and the packages that package-lock.json names; live.js imports that when a reader presses "Edit".
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap } from "@codemirror/view";
import { tagHighlighter, tags as t } from "@lezer/highlight";

// The names of Pygments, which coloured the page's code: so an edited cell looks as it did, and follows the page's mode.
const colours = Object.entries({
  k: [t.keyword, t.controlKeyword, t.definitionKeyword, t.modifier],
  kn: [t.moduleKeyword],
  ow: [t.operatorKeyword],
  kc: [t.bool, t.null],
  mi: [t.number],
  s2: [t.string, t.special(t.string)],
  c1: [t.lineComment],
  o: [t.operator, t.arithmeticOperator, t.compareOperator, t.bitwiseOperator, t.definitionOperator, t.updateOperator, t.derefOperator],
  p: [t.paren, t.squareBracket, t.brace, t.punctuation, t.separator],
  nc: [t.definition(t.className)],
  nf: [t.function(t.definition(t.variableName))],
  nd: [t.meta],
  n: [t.variableName, t.propertyName, t.function(t.variableName), t.function(t.propertyName), t.definition(t.variableName)],
}).flatMap(([name, tags]) => tags.map((tag) => ({ tag, class: name })));

/**
 * Open an editor in an element.
 *
 * about: `text`, the `label` and `described` (the id of a hint) that a screen reader is told, and `run`, called on
 * Control, Command or Shift and Enter. Tab indents; after Escape it moves on, until focus has left or text has changed.
 */
export function open(place, { text, label, described, run }) {
  const run_ = () => { run(); return true; };
  const leave = (view) => { view.setTabFocusMode(true); return false; };
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          ...["Ctrl-Enter", "Cmd-Enter", "Shift-Enter"].map((key) => ({ key, run: run_ })),
          { key: "Escape", run: leave },
          indentWithTab, ...defaultKeymap, ...historyKeymap,
        ]),
        history(),
        drawSelection(),
        EditorState.tabSize.of(4),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        pythonLanguage,
        syntaxHighlighting(tagHighlighter(colours)),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": described }),
        EditorView.updateListener.of((update) => { if (update.docChanged) view.setTabFocusMode(false); }),
        EditorView.domEventHandlers({ blur: () => view.setTabFocusMode(false) }),
      ],
    }),
  });
  return {
    get text() { return view.state.doc.toString(); },
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}
