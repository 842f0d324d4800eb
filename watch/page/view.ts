// Copyright 2026 the asyncio authors. MIT license.

/** What the page shows of one step: the queue, the timers, the tasks, the selector, the log. */

import type { Language } from "../chapters/chapter.ts";
import type { EntryRow, Snapshot, Step, TaskRow } from "../timeline/timeline.ts";
import { colorOf } from "./colors.ts";
import { drawCrowd } from "./crowd.ts";
import { byId, element } from "./dom.ts";
import { captionOf, seconds, stateOf, waitOf, wordsOf } from "./words.ts";

/** As many chips, or rows, as are shown; the rest is counted. */
const MAX_CHIPS = 8;
const MAX_TASKS = 30;

/** With more tasks than this they are a picture. */
const CROWD = 60;

/** The masks of events. */
const EVENT_READ = 1;
const EVENT_WRITE = 2;

/** Shows a step. `source` are the lines of the program. */
export function show(
  step: Step,
  now: Snapshot,
  source: readonly string[],
  language: Language,
): void {
  byId("caption").textContent = captionOf(step, now, language);
  byId("caption").dataset.what = step.what;
  showLoop(now, language);
  showTasks(now, source, language);
  showSelector(now, language);
  showLog(now);
}

function showLoop(now: Snapshot, language: Language): void {
  const { loop, entries } = now;
  const words = wordsOf(language);
  byId("clock").textContent = seconds(loop.now);
  byId("turn").textContent = String(loop.turn);
  const running = loop.running === null ? undefined : entries.get(loop.running);
  byId("running").replaceChildren(
    running === undefined ? nothing(words.nobody) : chip(running, now),
  );
  byId("ready").replaceChildren(...queue(now, language));
  byId("timers").replaceChildren(...timers(now, language));
}

/** As many timers are drawn as a tree: four floors. */
const MAX_TREE = 15;

/** The heap of timers; where there are many, how many are due at which time. */
function timers(now: Snapshot, language: Language): HTMLElement[] {
  if (now.timers.size === 0 || now.timers.size > MAX_TREE) return chips(moments(now), language);
  return [heap(now)];
}

/** How many timers are due at each time, soonest first. */
function moments({ timers }: Snapshot): (() => HTMLElement)[] {
  const groups = [...Map.groupBy(timers.values(), ({ when }) => when)];
  return groups.sort(([one], [other]) => one - other).map(([when, { length }]) => () =>
    element("span.chip.timer", {}, element("b", {}, seconds(when)), `× ${length}`)
  );
}

/** The heap as the tree that it is: each floor has twice as many places as the one above it. */
function heap(now: Snapshot): HTMLElement {
  const floors = Math.floor(Math.log2(now.timers.size)) + 1;
  const width = 2 ** (floors - 1);
  const places = [...now.timers].sort(([, a], [, b]) => a.place - b.place);
  const nodes = places.map(([id, { when, place, isCancelled }]) => {
    const floor = Math.floor(Math.log2(place + 1));
    const span = width / 2 ** floor;
    const column = (place + 1 - 2 ** floor) * span + 1;
    const side = place === 0 ? "root" : place % 2 === 1 ? "left" : "right";
    const one = chip(now.entries.get(id)!, now, seconds(when));
    if (isCancelled) one.classList.add("cancelled");
    return element(
      `li.${side}${2 * place + 1 < places.length ? ".parent" : ""}`,
      { style: `grid-area: ${floor + 1} / ${column} / auto / span ${span}` },
      one,
    );
  });
  return element("ol.heap", { style: `--width: ${width}` }, ...nodes);
}

/** The ready queue, with a line between those of this turn and those of the next. */
function queue(now: Snapshot, language: Language): HTMLElement[] {
  const { ready, entries, loop } = now;
  const made = chips(ready.map((id) => () => chip(entries.get(id)!, now)), language);
  const isDivided = loop.running !== null || loop.batch > 0;
  if (isDivided && ready.length > loop.batch && loop.batch < MAX_CHIPS) {
    const divider = element("span.divider", {}, wordsOf(language).nextTurn);
    made.splice(loop.batch, 0, divider);
  }
  return made;
}

function chips(make: readonly (() => HTMLElement)[], language: Language): HTMLElement[] {
  const words = wordsOf(language);
  if (make.length === 0) return [nothing(words.nothing)];
  const made = make.slice(0, MAX_CHIPS).map((one) => one());
  if (make.length > MAX_CHIPS) made.push(more(make.length - MAX_CHIPS, language));
  return made;
}

function nothing(word: string): HTMLElement {
  return element("span.nothing", {}, word);
}

function more(count: number, language: Language): HTMLElement {
  const number = count.toLocaleString(language);
  const { more } = wordsOf(language);
  return element(
    "span.more",
    {},
    language === "ja" ? `ほか ${number} ${more}` : `${number} ${more}`,
  );
}

function chip(entry: EntryRow, now: Snapshot, when?: string): HTMLElement {
  const of = entry.task === null ? undefined : now.tasks.get(entry.task)?.name;
  const color = entry.task === null ? null : `--task: ${colorOf(entry.task)}`;
  const label = entry.kind === "timer" && of !== undefined ? `${entry.label} · ${of}` : entry.label;
  const call = entry.kind === "callback" ? `${label}()` : label;
  return element(
    `span.chip.${entry.kind}`,
    { style: color },
    when === undefined ? null : element("b", {}, when),
    call,
  );
}

function showTasks(now: Snapshot, source: readonly string[], language: Language): void {
  const tasks = [...now.tasks].sort(([one], [other]) => Number(one) - Number(other));
  const isCrowd = tasks.length > CROWD;
  byId("crowd").hidden = !isCrowd;
  // Who has made them all is none of them.
  if (isCrowd) drawCrowd(tasks.filter(([, { by }]) => by !== null), language);
  else byId("legend").replaceChildren();
  const program = now.frames.get("program");
  const callback = now.frames.get("callback");
  const rows: HTMLElement[] = [];
  const words = wordsOf(language);
  if (callback !== undefined) rows.push(plainRow("callback", words.callback, now, source));
  else if (tasks.length === 0 && program !== undefined) {
    rows.push(plainRow("program", words.source, now, source));
  }
  // Of a crowd, only who is not one of many is told by name.
  const shown = isCrowd ? tasks.filter(([, { by }]) => by === null) : tasks.slice(0, MAX_TASKS);
  for (const [id, task] of shown) rows.push(taskRow(id, task, now, source, language));
  if (!isCrowd && tasks.length > MAX_TASKS) {
    rows.push(element("li", {}, more(tasks.length - MAX_TASKS, language)));
  }
  if (rows.length === 0) rows.push(element("li", {}, nothing(words.nobody)));
  byId("tasks").replaceChildren(...rows);
}

function taskRow(
  id: string,
  task: TaskRow,
  now: Snapshot,
  source: readonly string[],
  language: Language,
): HTMLElement {
  const wait = waitOf(task, now, language);
  const isDone = /^(?:returned|raised|cancelled)$/.test(task.state);
  const outcome = task.outcome === "" ? "" : ` ${task.outcome}`;
  const waits = waitedTasks(task, now);
  const what = waits.length > 0
    ? waits.map((one) =>
      element("span.chip.task", { style: `--task: ${colorOf(one)}` }, now.tasks.get(one)!.name)
    )
    : wait === ""
    ? []
    : [element("span.wait", {}, wait)];
  return element(
    `li.row.${task.isCancelling ? "cancelling" : task.state}`,
    { style: `--task: ${colorOf(id)}`, "data-name": task.name, "data-state": task.state },
    element(
      "div.head",
      {},
      element("span.chip.task", {}, task.name),
      element("span.state", {}, stateOf(task, language) + (isDone ? outcome : "")),
      what.length === 0 ? null : element("span.arrow", { "aria-hidden": "true" }, "→"),
      ...what,
    ),
    stack(id, now, source),
  );
}

/** The tasks that a task waits for, and that are not done. */
function waitedTasks({ waits }: TaskRow, now: Snapshot): string[] {
  if (waits === null) return [];
  const all = waits.kind === "task" ? [waits.id] : waits.parts;
  return all.filter((id) => /ready|running|waiting/.test(now.tasks.get(id)?.state ?? ""));
}

function plainRow(
  owner: string,
  label: string,
  now: Snapshot,
  source: readonly string[],
): HTMLElement {
  return element(
    "li.row",
    {},
    element("div.head", {}, element("span.chip.callback", {}, label)),
    stack(owner, now, source),
  );
}

/** The functions under way, outermost first, and the line of the innermost. */
function stack(owner: string, now: Snapshot, source: readonly string[]): HTMLElement | null {
  const frames = now.frames.get(owner);
  const last = frames?.at(-1);
  if (frames === undefined || last === undefined) return null;
  const names = frames.map(({ name, line }) => `${name}:${line}`).join(" › ");
  return element(
    "div.stack",
    {},
    element("span.frames", {}, names),
    element("code", {}, source[last.line - 1]?.trim() ?? ""),
  );
}

function showSelector(now: Snapshot, language: Language): void {
  const words = wordsOf(language);
  const rows = [...now.rows.values()].sort((one, other) => one.fd - other.fd);
  const head = [words.descriptor, words.object, words.events, words.pending, words.handler];
  const body = rows.map(({ fd, label, events, ready, pending, data }) =>
    element(
      ready === 0 ? "tr" : "tr.ready",
      {},
      element("td", {}, String(fd)),
      element("td.wide", {}, label.replace(/^<socket fd=\d+ |>$/g, "")),
      element(
        "td",
        {},
        flag("R", events & EVENT_READ, ready),
        flag("W", events & EVENT_WRITE, ready),
      ),
      element("td", {}, pending === 0 ? "" : String(pending)),
      element("td.wide", {}, data),
    )
  );
  byId("selector").replaceChildren(element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...head.map((word) => element("th", {}, word)))),
    element("tbody", {}, ...body),
  ));
}

/** An event that is watched for: lit when it is there. */
function flag(letter: string, event: number, ready: number): HTMLElement | null {
  if (event === 0) return null;
  return element((ready & event) === 0 ? "span.flag" : "span.flag.lit", {}, letter);
}

function showLog({ log }: Snapshot): void {
  const list = byId("log");
  // As a rule it grows by a line, or is shorter by one.
  while (list.childElementCount > log.length) list.lastElementChild!.remove();
  for (let i = list.childElementCount; i < log.length; i++) {
    const { level, text, time } = log[i]!;
    list.append(element(`li.${level}`, {}, element("time", {}, seconds(time)), text));
  }
  list.scrollTop = list.scrollHeight;
}
