// Copyright 2026 the asyncio authors. MIT license.

/**
 * What tasks wait for, as a tree and as a table: the awaiting task above, under it the functions in which
 * it waits, and under those the tasks that it waits for.
 *
 * CPython: Lib/asyncio/tools.py.
 */

import type { TaskState } from "./_task_state.ts";

/** How many tasks a tree shows, where nobody has asked for all of them. */
const MOST_SHOWN = 100;

/** The circles of tasks that wait for one another, each from its first task round to the same. */
// CPython: Lib/asyncio/tools.py, _find_cycles
export function findCycles(tasks: readonly TaskState[]): TaskState[][] {
  const awaited = childrenOf(tasks);
  const path: TaskState[] = [];
  const cycles: TaskState[][] = [];
  // A chain of tasks may be longer than functions can call each other.
  const places = new Map<TaskState, number>();
  const isThrough = new Set<TaskState>();
  const rest: Iterator<TaskState>[] = [tasks.values()];
  while (rest.length > 0) {
    const { value: task } = rest.at(-1)!.next();
    if (task === undefined) {
      rest.pop();
      const left = path.pop();
      if (left !== undefined) places.delete(left);
      continue;
    }
    const start = places.get(task);
    if (start !== undefined) cycles.push([...path.slice(start), task]);
    if (isThrough.has(task)) continue;
    isThrough.add(task);
    places.set(task, path.push(task) - 1);
    rest.push((awaited.get(task.id) ?? []).values());
  }
  return cycles;
}

/** The tree, a string a line. Circles are named first. */
// CPython: Lib/asyncio/tools.py, build_async_tree
export function treeOf(tasks: readonly TaskState[], most: number = Infinity): string[] {
  const lines = findCycles(tasks).map(describeCycle);
  return [...lines, ...new Tree(tasks, most).lines];
}

/** The tree for an error or a warning, of no more tasks than one can read. */
export function shortTree(tasks: readonly TaskState[]): string {
  return treeOf(tasks, MOST_SHOWN).join("\n");
}

/** A task that is still to be shown. */
interface Branch {
  readonly task: TaskState;
  readonly prefix: string;
  readonly isLast: boolean;
}

class Tree {
  readonly lines: string[] = [];
  readonly #awaited: Map<number, TaskState[]>;
  readonly #shown = new Set<TaskState>();
  readonly #most: number;

  constructor(tasks: readonly TaskState[], most: number) {
    this.#awaited = childrenOf(tasks);
    this.#most = most;
    for (const task of tasks) if (task.awaitedBy.length === 0) this.#addRoot(task);
    // What is left is in circles, or awaited from one.
    for (const task of tasks) if (!this.#shown.has(task)) this.#addRoot(task);
    if (tasks.length > most) this.lines.push(`... and ${tasks.length - most} more tasks`);
  }

  #addRoot(root: TaskState): void {
    const branches: Branch[] = [{ task: root, prefix: "", isLast: true }];
    for (let next = branches.pop(); next !== undefined; next = branches.pop()) {
      branches.push(...this.#addTask(next).reverse());
    }
  }

  /** Returns what is to be shown below. */
  #addTask({ task, prefix, isLast }: Branch): Branch[] {
    const isNew = !this.#shown.has(task);
    if (isNew && this.#shown.size >= this.#most) return [];
    this.#shown.add(task);
    const children = this.#awaited.get(task.id) ?? [];
    const known = isNew || children.length === 0 ? "" : " (see above)";
    this.#add(`(T) ${task.name}${known}`, prefix, isLast);
    if (known !== "") return [];
    let inner = indented(prefix, isLast ? "    " : "│   ");
    for (const frame of task.stack.toReversed()) {
      this.#add(` ${frame}`, inner, true);
      inner = indented(inner, "    ");
    }
    if (children.length === 0) this.#addWait(task, inner);
    const last = children.length - 1;
    return children.map((child, i) => ({ task: child, prefix: inner, isLast: i === last }));
  }

  /** What a task waits for that waits for no other. */
  #addWait({ waitsFor, seconds }: TaskState, prefix: string): void {
    const since = seconds === null ? "" : ` for ${seconds.toFixed(1)} s`;
    if (waitsFor.length > 0) this.#add(`waits${since}: ${waitsFor.join(", ")}`, prefix, true);
  }

  #add(text: string, prefix: string, isLast: boolean): void {
    this.lines.push(`${prefix}${isLast ? "└── " : "├── "}${plain(text)}`);
  }
}

/** How far a tree goes to the right, in characters: further down, one cannot follow it anyway. */
const MAX_INDENT = 400;

function indented(prefix: string, by: string): string {
  return prefix.length < MAX_INDENT ? prefix + by : prefix;
}

/** The longest text in a line, in characters. */
const MAX_TEXT = 500;

/** A text as a part of a line: what would end it, or tell a terminal what to do, is spelled out. */
function plain(text: string): string {
  const cut = text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}...`;
  // deno-lint-ignore no-control-regex -- they are what it is about
  return cut.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, spell);
}

function spell(char: string): string {
  return char === "\n" ? "\\n" : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function describeCycle(cycle: readonly TaskState[]): string {
  return `deadlock: ${cycle.map(({ name }) => plain(name)).join(" → ")}`;
}

/** The tasks that each waits for. */
function childrenOf(tasks: readonly TaskState[]): Map<number, TaskState[]> {
  const children = new Map<number, TaskState[]>();
  for (const task of tasks) {
    for (const parent of task.awaitedBy) {
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [task]);
      else siblings.push(task);
    }
  }
  return children;
}

const COLUMNS = [
  "task id",
  "task name",
  "coroutine stack",
  "awaiter chain",
  "awaiter name",
  "awaiter id",
  "waits for",
  "seconds",
];

/** The rows of the table: one for each task and each that waits for it. */
// CPython: Lib/asyncio/tools.py, build_task_table
export function rowsOf(tasks: readonly TaskState[]): string[][] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return tasks.flatMap((task) => {
    const head = [hex(task.id), task.name, chainOf(task)];
    const tail = [task.waitsFor.join(", "), task.seconds?.toFixed(1) ?? ""];
    if (task.awaitedBy.length === 0) return [[...head, "", "", "0x0", ...tail]];
    return task.awaitedBy.map((id) => {
      const parent = byId.get(id);
      const chain = parent === undefined ? "" : chainOf(parent);
      return [...head, chain, parent?.name ?? "Unknown", hex(id), ...tail];
    });
  });
}

/** The table, a string a line. */
export function tableOf(tasks: readonly TaskState[]): string[] {
  const rows = [COLUMNS, ...rowsOf(tasks).map((row) => row.map(plain))];
  const widths = COLUMNS.map((_, i) =>
    rows.reduce((widest, row) => Math.max(widest, row[i]!.length), 0)
  );
  const [head, ...body] = rows.map((row) =>
    row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()
  );
  const cycles = findCycles(tasks).map(describeCycle);
  return [...cycles, head!, "-".repeat(head!.length), ...body];
}

function chainOf({ stack }: TaskState): string {
  return stack.map((frame) => frame.split(" ")[0]).join(" -> ");
}

function hex(id: number): string {
  return `0x${id.toString(16)}`;
}
