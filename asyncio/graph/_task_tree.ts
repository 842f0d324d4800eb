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
  const isThrough = new Set<TaskState>();
  const visit = (task: TaskState): void => {
    path.push(task);
    for (const child of awaited.get(task.id) ?? []) {
      const start = path.indexOf(child);
      if (start >= 0) cycles.push([...path.slice(start), child]);
      else if (!isThrough.has(child)) visit(child);
    }
    isThrough.add(task);
    path.pop();
  };
  for (const task of tasks) if (!isThrough.has(task)) visit(task);
  return cycles;
}

/** The tree, a string a line. Circles are named first. */
// CPython: Lib/asyncio/tools.py, build_async_tree
export function treeOf(tasks: readonly TaskState[], most: number = Infinity): string[] {
  const lines = findCycles(tasks).map((cycle) =>
    `deadlock: ${cycle.map(({ name }) => name).join(" → ")}`
  );
  return [...lines, ...new Tree(tasks, most).lines];
}

/** The tree for an error or a warning, of no more tasks than one can read. */
export function shortTree(tasks: readonly TaskState[]): string {
  return treeOf(tasks, MOST_SHOWN).join("\n");
}

class Tree {
  readonly lines: string[] = [];
  readonly #awaited: Map<number, TaskState[]>;
  readonly #shown = new Set<TaskState>();
  readonly #most: number;

  constructor(tasks: readonly TaskState[], most: number) {
    this.#awaited = childrenOf(tasks);
    this.#most = most;
    for (const task of tasks) if (task.awaitedBy.length === 0) this.#addTask(task, "", true);
    // What is left is in circles, or awaited from one.
    for (const task of tasks) if (!this.#shown.has(task)) this.#addTask(task, "", true);
    if (tasks.length > most) this.lines.push(`... and ${tasks.length - most} more tasks`);
  }

  #addTask(task: TaskState, prefix: string, isLast: boolean): void {
    const isNew = !this.#shown.has(task);
    if (isNew && this.#shown.size >= this.#most) return;
    this.#shown.add(task);
    const children = this.#awaited.get(task.id) ?? [];
    const known = isNew || children.length === 0 ? "" : " (see above)";
    this.#add(`(T) ${task.name}${known}`, prefix, isLast);
    if (known !== "") return;
    let inner = prefix + (isLast ? "    " : "│   ");
    for (const frame of task.stack.toReversed()) {
      this.#add(` ${frame}`, inner, true);
      inner += "    ";
    }
    if (children.length === 0) return this.#addWait(task, inner);
    children.forEach((child, i) => this.#addTask(child, inner, i === children.length - 1));
  }

  /** What a task waits for that waits for no other. */
  #addWait({ waitsFor, seconds }: TaskState, prefix: string): void {
    const since = seconds === null ? "" : ` for ${seconds.toFixed(1)} s`;
    if (waitsFor.length > 0) this.#add(`waits${since}: ${waitsFor.join(", ")}`, prefix, true);
  }

  #add(text: string, prefix: string, isLast: boolean): void {
    this.lines.push(`${prefix}${isLast ? "└── " : "├── "}${text}`);
  }
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
  const rows = [COLUMNS, ...rowsOf(tasks)];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const [head, ...body] = rows.map((row) =>
    row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()
  );
  const cycles = findCycles(tasks).map((cycle) =>
    `deadlock: ${cycle.map(({ name }) => name).join(" → ")}`
  );
  return [...cycles, head!, "-".repeat(head!.length), ...body];
}

function chainOf({ stack }: TaskState): string {
  return stack.map((frame) => frame.split(" ")[0]).join(" -> ");
}

function hex(id: number): string {
  return `0x${id.toString(16)}`;
}
