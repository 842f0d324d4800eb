// Copyright 2026 the asyncio authors. MIT license.

import { javascript } from "@codemirror/lang-javascript";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type EditorState, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, WidgetType } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { element } from "./dom.ts";
import type { Mark } from "./marks.ts";

/** What the editor tells. */
export interface EditorEvents {
  /** The program is to run. */
  onRun(): void;
  /** It has been edited. */
  onChange(): void;
}

const setMarks = StateEffect.define<readonly Mark[]>();

/** The names of those who stand at a line. */
class NamesWidget extends WidgetType {
  readonly #mark: Mark;

  constructor(mark: Mark) {
    super();
    this.#mark = mark;
  }

  override eq(other: NamesWidget): boolean {
    return JSON.stringify(other.#mark) === JSON.stringify(this.#mark);
  }

  override toDOM(): HTMLElement {
    const { names, more } = this.#mark;
    const chips = names.map(({ label, color }) =>
      element("span.name", { style: `--task: ${color}` }, label)
    );
    if (more > 0) chips.push(element("span.name", {}, `+${more}`));
    return element("span.names", { "aria-hidden": "true" }, ...chips);
  }
}

/** The decorations of the lines at which somebody stands. Whoever edits the program wipes them out. */
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) return decorate(transaction.state, effect.value);
    }
    return transaction.docChanged ? Decoration.none : decorations;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorate(state: EditorState, all: readonly Mark[]): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const mark of all) {
    if (mark.line < 1 || mark.line > state.doc.lines) continue;
    const { from, to } = state.doc.line(mark.line);
    builder.add(from, from, Decoration.line({ class: `line-${mark.kind}` }));
    if (mark.names.length === 0) continue;
    builder.add(to, to, Decoration.widget({ widget: new NamesWidget(mark), side: 1 }));
  }
  return builder.finish();
}

const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.typeName, tags.className], color: "var(--code-type)" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName)],
    color: "var(--code-function)",
  },
]);

/** The program: it can be read, edited, and shows who stands where. */
export class Editor {
  readonly #view: EditorView;

  constructor(parent: HTMLElement, label: string, events: EditorEvents) {
    const run = () => {
      events.onRun();
      return true;
    };
    this.#view = new EditorView({
      parent,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run, preventDefault: true },
          { key: "Escape", run: ({ contentDOM }) => (contentDOM.blur(), true) },
        ]),
        basicSetup,
        javascript({ typescript: true }),
        syntaxHighlighting(highlighting),
        marks,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of(({ docChanged, transactions }) => {
          const isUsers = transactions.some((one) =>
            one.isUserEvent("input") ||
            one.isUserEvent("delete") || one.isUserEvent("undo") || one.isUserEvent("redo") ||
            one.isUserEvent("move")
          );
          if (docChanged && isUsers) events.onChange();
        }),
      ],
    });
  }

  /** The text of the program. */
  get text(): string {
    return this.#view.state.doc.toString();
  }

  set text(text: string) {
    const { doc } = this.#view.state;
    this.#view.dispatch({
      changes: { from: 0, to: doc.length, insert: text },
      selection: { anchor: 0 },
    });
    this.#view.scrollDOM.scrollTop = 0;
  }

  /** Shows who stands where. */
  mark(all: readonly Mark[]): void {
    this.#view.dispatch({ effects: setMarks.of(all) });
    const current = all.find(({ kind }) => kind === "current" || kind === "fault");
    if (current !== undefined) this.#reveal(current.line);
  }

  /** Has a line seen: scrolls the editor, and never the page. */
  #reveal(line: number): void {
    const { state, scrollDOM } = this.#view;
    if (line < 1 || line > state.doc.lines) return;
    const { top, height } = this.#view.lineBlockAt(state.doc.line(line).from);
    const { scrollTop, clientHeight } = scrollDOM;
    if (top < scrollTop || top + 2 * height > scrollTop + clientHeight) {
      scrollDOM.scrollTop = top - clientHeight / 3;
    }
  }
}
