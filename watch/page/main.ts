// Copyright 2026 the asyncio authors. MIT license.

/**
 * The page: a chapter, its program, and the steps of it.
 *
 * @module
 */

import type { Chapter, Language } from "../chapters/chapter.ts";
import { Timeline } from "../timeline/timeline.ts";
import { forgetColors, giveColors } from "./colors.ts";
import { byId, element } from "./dom.ts";
import { Editor } from "./editor.ts";
import { marksOf } from "./marks.ts";
import { ProgramWorker } from "./program_worker.ts";
import { show } from "./view.ts";
import { type Words, wordsOf } from "./words.ts";

/** How long a step is shown while they play, in milliseconds. */
const PLAY_DELAY = 450;

/** Where the language is remembered. */
const LANGUAGE_KEY = "language";

/** The controls: what they are called, what they do, and by which key. */
interface Control {
  readonly id: string;
  readonly word: keyof Words;
  readonly key: string;
  act(page: Page): void;
}

const CONTROLS: readonly Control[] = [
  { id: "first", word: "first", key: "Home", act: (page) => page.go(0) },
  { id: "turn-back", word: "turnBack", key: "Shift+ArrowLeft", act: (page) => page.goTurn(-1) },
  { id: "back", word: "back", key: "ArrowLeft", act: (page) => page.goBy(-1) },
  { id: "play", word: "play", key: " ", act: (page) => page.togglePlay() },
  { id: "forward", word: "forward", key: "ArrowRight", act: (page) => page.goBy(1) },
  { id: "turn-on", word: "turnOn", key: "Shift+ArrowRight", act: (page) => page.goTurn(1) },
  { id: "last", word: "last", key: "End", act: (page) => page.go(Infinity) },
];

/** What is on the page, and what can be done with it. */
class Page {
  readonly #chapters: readonly Chapter[];
  readonly #editor: Editor;
  readonly #worker: ProgramWorker;
  /** What was edited and run, by chapter. */
  readonly #edited = new Map<string, string>();
  #chapter: Chapter;
  #language: Language;
  #timeline = new Timeline();
  #source: readonly string[] = [];
  #isComplete = false;
  #player = 0;

  constructor(chapters: readonly Chapter[], language: Language) {
    this.#chapters = chapters;
    this.#language = language;
    this.#chapter = chapters[0]!;
    this.#editor = new Editor(byId("editor"), wordsOf(language).program, {
      onRun: () => this.run(),
      onChange: () => this.#showChanged(true),
    });
    this.#worker = new ProgramWorker((steps, isOver) => {
      this.#timeline.add(steps);
      giveColors(steps);
      this.#isComplete ||= isOver;
      if (this.#timeline.position < 0) this.go(0);
      else this.#showPosition();
    });
  }

  /** Opens the chapter that the address names, or the first. */
  open(): void {
    this.#chapter = this.#addressed;
    this.#showWords();
    byId<HTMLDetailsElement>("question").open = false;
    this.#editor.text = this.#edited.get(this.#chapter.id) ?? this.#chapter.program;
    this.run();
  }

  /** Opens the chapter before or after. */
  turnPage(direction: number): void {
    // Who is in a hurry turns the page again before it is open.
    const next = this.#chapters[this.#chapters.indexOf(this.#addressed) + direction];
    if (next !== undefined) location.hash = next.id;
  }

  /** The chapter that the address names. */
  get #addressed(): Chapter {
    const id = location.hash.slice(1);
    return this.#chapters.find((chapter) => chapter.id === id) ?? this.#chapters[0]!;
  }

  /** Takes back what was edited, and runs the chapter's own program. */
  reset(): void {
    this.#editor.text = this.#chapter.program;
    this.run();
  }

  /** Runs the program as it stands in the editor. */
  run(): void {
    this.#stopPlaying();
    forgetColors();
    this.#timeline = new Timeline();
    this.#isComplete = false;
    const { text } = this.#editor;
    this.#source = text.split("\n");
    this.#editor.mark([]);
    this.#showChanged(false);
    this.#edited.set(this.#chapter.id, text);
    byId("reset").hidden = text === this.#chapter.program;
    byId("selector-card").hidden = !/selectors|openConnection|startServer|addReader/.test(text);
    byId("log").replaceChildren();
    this.#showPosition();
    this.#worker.run(text);
  }

  /** Goes to a step. */
  go(position: number): void {
    this.#timeline.seek(Math.max(position, 0));
    this.#show();
  }

  /** Goes some steps on, or back. */
  goBy(steps: number): void {
    this.#stopPlaying();
    this.go(this.#timeline.position + steps);
  }

  /** Goes to where the loop does something, forward or back. */
  goTurn(direction: 1 | -1): void {
    this.#stopPlaying();
    this.go(this.#timeline.nextTurn(direction));
  }

  /** Shows step after step, or ceases to. */
  togglePlay(): void {
    if (this.#player !== 0) return this.#stopPlaying();
    if (this.#timeline.position === this.#timeline.length - 1) this.go(0);
    this.#player = Number(setInterval(() => {
      this.go(this.#timeline.position + 1);
      if (this.#timeline.position === this.#timeline.length - 1) this.#stopPlaying();
    }, PLAY_DELAY));
    this.#showPosition();
  }

  /** Speaks the other language. */
  toggleLanguage(): void {
    this.#language = this.#language === "en" ? "ja" : "en";
    localStorage.setItem(LANGUAGE_KEY, this.#language);
    this.#showWords();
    this.#show();
  }

  #stopPlaying(): void {
    clearInterval(this.#player);
    this.#player = 0;
    this.#showPosition();
  }

  #show(): void {
    const { step, now } = this.#timeline;
    this.#showPosition();
    if (step === undefined) return;
    show(step, now, this.#source, this.#language);
    // Lines that were edited since are no longer where they were.
    if (byId("changed").hidden) this.#editor.mark(marksOf(step, now, wordsOf(this.#language)));
  }

  #showPosition(): void {
    const { position, length } = this.#timeline;
    const slider = byId<HTMLInputElement>("position");
    slider.max = String(Math.max(length - 1, 0));
    slider.value = String(Math.max(position, 0));
    const { step } = wordsOf(this.#language);
    byId("count").textContent = `${Math.max(position, 0) + 1} / ${Math.max(length, 1)}`;
    slider.setAttribute("aria-valuetext", `${step} ${position + 1} / ${length}`);
    document.body.dataset.state = this.#isComplete ? "complete" : "recording";
    document.body.classList.toggle("playing", this.#player !== 0);
    const atStart = position <= 0;
    const atEnd = position >= length - 1;
    for (const id of ["first", "turn-back", "back"]) setDisabled(id, atStart);
    for (const id of ["last", "turn-on", "forward"]) setDisabled(id, atEnd);
  }

  #showChanged(isChanged: boolean): void {
    byId("changed").hidden = !isChanged;
    byId("run").classList.toggle("main", isChanged);
    if (isChanged) byId("reset").hidden = false;
  }

  /** Everything that is said in a language. */
  #showWords(): void {
    const language = this.#language;
    const words = wordsOf(language);
    document.documentElement.lang = language;
    for (const one of document.querySelectorAll<HTMLElement>("[data-word]")) {
      one.textContent = words[one.dataset.word as keyof Words];
    }
    for (const { id, word, key } of CONTROLS) {
      byId(id).setAttribute("aria-label", words[word]);
      byId(id).title = `${words[word]} (${key === " " ? "Space" : key.replace("Arrow", "")})`;
    }
    byId("position").setAttribute("aria-label", words.step);
    byId("log").setAttribute("aria-label", words.log);
    byId("language").textContent = words.language;
    byId("language").lang = language === "en" ? "ja" : "en";
    this.#showChapter();
  }

  #showChapter(): void {
    const { title, text, question, answer } = this.#chapter[this.#language];
    document.title = `${title} — ${wordsOf(this.#language).title}`;
    byId("chapter-title").textContent = title;
    byId("chapter-text").replaceChildren(...text.map((one) => element("p", {}, one)));
    byId("question").querySelector("summary")!.textContent = question;
    byId("answer").textContent = answer;
    byId("chapters").setAttribute("aria-label", wordsOf(this.#language).chapter);
    byId("chapters").replaceChildren(...this.#chapters.map((chapter, i) => {
      const { title } = chapter[this.#language];
      const isThis = chapter === this.#chapter;
      const attributes = { href: `#${chapter.id}`, title, "aria-label": `${i + 1}. ${title}` };
      return element("a", { ...attributes, "aria-current": isThis && "page" }, String(i + 1));
    }));
    byId("chapters").querySelector("[aria-current]")!.scrollIntoView({
      block: "nearest",
      inline: "center",
    });
  }
}

function setDisabled(id: string, isDisabled: boolean): void {
  byId(id).setAttribute("aria-disabled", String(isDisabled));
}

/** What is pressed, where the page listens: not in the editor, nor where keys mean something else. */
function onKey(page: Page, event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey) return onChord(page, event);
  if (target.closest(".cm-editor") !== null) return;
  const key = event.shiftKey && event.key !== " " ? `Shift+${event.key}` : event.key;
  if (key === " " && target.closest("button, summary, a") !== null) return;
  if (key === "[") return page.turnPage(-1);
  if (key === "]") return page.turnPage(1);
  const control = CONTROLS.find((one) => one.key === key);
  if (control === undefined) return;
  event.preventDefault();
  control.act(page);
}

function onChord(page: Page, event: KeyboardEvent): void {
  // In the editor, it is the editor that hears of it.
  if (event.key === "Enter" && !event.defaultPrevented) page.run();
}

function preferredLanguage(): Language {
  const remembered = localStorage.getItem(LANGUAGE_KEY) ?? navigator.language;
  return remembered.startsWith("ja") ? "ja" : "en";
}

const response = await fetch("/chapters.json");
const page = new Page(await response.json() as Chapter[], preferredLanguage());
for (const { id, act } of CONTROLS) byId(id).addEventListener("click", () => act(page));
byId("run").addEventListener("click", () => page.run());
byId("reset").addEventListener("click", () => page.reset());
byId("language").addEventListener("click", () => page.toggleLanguage());
byId("position").addEventListener("input", ({ target }) => {
  page.go(Number((target as HTMLInputElement).value));
});
addEventListener("hashchange", () => page.open());
addEventListener("keydown", (event) => onKey(page, event));
page.open();
