// Copyright 2026 the asyncio authors. MIT license.

import { findCycles, rowsOf, tableOf, treeOf } from "../../../asyncio/graph/_task_tree.ts";
import type { TaskState } from "../../../asyncio/graph/_task_state.ts";
import { assertEquals } from "@std/assert";

/** What a test is about of a task: id, name, those who wait for it, its stack. */
type Short = [id: number, name: string, awaitedBy?: number[], stack?: string[]];

function states(...tasks: Short[]): TaskState[] {
  return tasks.map(([id, name, awaitedBy = [], stack = []]) => ({
    id,
    name,
    stack,
    awaitedBy,
    waitsFor: [],
    seconds: null,
  }));
}

const LEAVING = ["aexit", "asyncWith"];
const [A, B] = ["/path/to/app.ts:110", "/path/to/app.ts:170"];

/** A task called timer that four tasks wait for, in two task groups within a third. */
const GROUPS = states(
  [2, "Task-1", [], [...LEAVING, "main"]],
  [3, "timer", [4, 5, 6, 7], ["sleep"]],
  [8, "root1", [2], [...LEAVING, "bloch"]],
  [9, "root2", [2], [...LEAVING, "bloch"]],
  [4, "child1_1", [8], [`awaiter2 ${A}`, `awaiter ${A}`]],
  [6, "child2_1", [8], [`awaiterB ${B}`]],
  [7, "child1_2", [9], [`awaiter2 ${A}`, `awaiter ${A}`]],
  [5, "child2_2", [9], [`awaiterB ${B}`]],
);

function lines(text: string): string[] {
  return text.split("\n").slice(1, -1).map((line) => line.replace(/^ {4}/, ""));
}

// CPython: test_tools.py, TestAsyncioToolsTree.test_asyncio_utils, its first case
Deno.test("treeOf() shows a task under all that wait for it", () => {
  assertEquals(
    treeOf(GROUPS),
    lines(`
    └── (T) Task-1
        └──  main
            └──  asyncWith
                └──  aexit
                    ├── (T) root1
                    │   └──  bloch
                    │       └──  asyncWith
                    │           └──  aexit
                    │               ├── (T) child1_1
                    │               │   └──  awaiter /path/to/app.ts:110
                    │               │       └──  awaiter2 /path/to/app.ts:110
                    │               │           └── (T) timer
                    │               │               └──  sleep
                    │               └── (T) child2_1
                    │                   └──  awaiterB /path/to/app.ts:170
                    │                       └── (T) timer
                    │                           └──  sleep
                    └── (T) root2
                        └──  bloch
                            └──  asyncWith
                                └──  aexit
                                    ├── (T) child1_2
                                    │   └──  awaiter /path/to/app.ts:110
                                    │       └──  awaiter2 /path/to/app.ts:110
                                    │           └── (T) timer
                                    │               └──  sleep
                                    └── (T) child2_2
                                        └──  awaiterB /path/to/app.ts:170
                                            └── (T) timer
                                                └──  sleep
    `),
  );
});

// CPython: test_tools.py, TestAsyncioToolsTree.test_asyncio_utils, its other cases
Deno.test("treeOf() shows each root, with subtasks or without", () => {
  const tree = treeOf(states(
    [5, "Task-5"],
    [1, "Task-1", [], ["main"]],
    [2, "Task-2", [1]],
    [3, "Task-3", [1]],
    [4, "Task-4", [1]],
  ));
  assertEquals(
    tree,
    lines(`
    └── (T) Task-5
    └── (T) Task-1
        └──  main
            ├── (T) Task-2
            ├── (T) Task-3
            └── (T) Task-4
    `),
  );
});

Deno.test("treeOf() shows what a task waits for that waits for no other, and since when", () => {
  const [task] = states([1, "Task-1", [], ["work app.ts:3"]]);
  assertEquals(
    treeOf([{ ...task!, waitsFor: ["<Future pending>"], seconds: 12.34 }]),
    lines(`
    └── (T) Task-1
        └──  work app.ts:3
            └── waits for 12.3 s: <Future pending>
    `),
  );
});

Deno.test("treeOf() shows what hangs from a task once, and no more tasks than asked for", () => {
  const tree = treeOf(
    states([1, "a"], [2, "b"], [3, "c", [1, 2]], [4, "d", [3]], [5, "e"], [6, "f"]),
    5,
  );
  assertEquals(
    tree,
    lines(`
    └── (T) a
        └── (T) c
            └── (T) d
    └── (T) b
        └── (T) c (see above)
    └── (T) e
    ... and 1 more tasks
    `),
  );
});

// CPython: test_tools.py, TestAsyncioToolsTree.test_asyncio_utils_cycles
Deno.test("findCycles() finds two tasks that wait for each other", () => {
  const tasks = states([2, "Task-1"], [3, "a", [4, 2]], [4, "b", [3]]);
  assertEquals(findCycles(tasks).map((cycle) => cycle.map(({ id }) => id)), [[3, 4, 3]]);
  assertEquals(
    treeOf(tasks),
    lines(`
    deadlock: a → b → a
    └── (T) Task-1
        └── (T) a
            └── (T) b
                └── (T) a (see above)
    `),
  );
});

// CPython: test_tools.py, TestAsyncioToolsTree.test_asyncio_utils_cycles, its second case
Deno.test("findCycles() finds two circles that have a task in common", () => {
  const tasks = states([2, "Task-1"], [3, "A", [4]], [4, "B", [5, 3]], [5, "C", [6]], [
    6,
    "Task-2",
    [4],
  ]);
  assertEquals(
    findCycles(tasks).map((cycle) => cycle.map(({ name }) => name).join(" ")),
    ["A B A", "B Task-2 C B"],
  );
  assertEquals(findCycles(GROUPS), []);
  assertEquals(findCycles([]), []);
});

// CPython: test_tools.py, TestAsyncioToolsTable.test_asyncio_utils
Deno.test("rowsOf() has a row for each task and each that waits for it", () => {
  const tasks = states([1, "Task-1", [], ["main"]], [2, "root", [1], ["bloch", "caller"]], [
    3,
    "timer",
    [1, 2],
    ["sleep app.ts:3"],
  ]);
  assertEquals(rowsOf(tasks), [
    ["0x1", "Task-1", "main", "", "", "0x0", "", ""],
    ["0x2", "root", "bloch -> caller", "main", "Task-1", "0x1", "", ""],
    ["0x3", "timer", "sleep", "main", "Task-1", "0x1", "", ""],
    ["0x3", "timer", "sleep", "bloch -> caller", "root", "0x2", "", ""],
  ]);
});

// CPython: test_tools.py, TestAsyncioToolsEdgeCases.test_table_output_format
Deno.test("tableOf() lays the rows out in columns under their titles", () => {
  const [head, rule, row] = tableOf(states([1, "Task-1", [], ["main app.ts:1"]]));
  assertEquals(head!.split(/ {2,}/).slice(0, 3), ["task id", "task name", "coroutine stack"]);
  assertEquals(rule, "-".repeat(head!.length));
  assertEquals(row!.split(/ {2,}/), ["0x1", "Task-1", "main", "0x0"]);
});

// CPython: test_tools.py, TestAsyncioToolsEdgeCases.test_empty_input_tree, test_empty_input_table
Deno.test("treeOf() and rowsOf() of no tasks are empty", () => {
  assertEquals(treeOf([]), []);
  assertEquals(rowsOf([]), []);
});

// CPython: test_tools.py, TestAsyncioToolsEdgeCases.test_task_awaits_self
Deno.test("findCycles() finds a task that waits for itself", () => {
  assertEquals(treeOf(states([1, "Self-Awaiter", [1]])), [
    "deadlock: Self-Awaiter → Self-Awaiter",
    "└── (T) Self-Awaiter",
    "    └── (T) Self-Awaiter (see above)",
  ]);
});

// CPython: test_tools.py, TestAsyncioToolsEdgeCases.test_task_with_missing_parent
Deno.test("rowsOf() shows a task whose waiter is not known", () => {
  assertEquals(rowsOf(states([1, "orphan", [0xdead]])).map((row) => row.slice(3, 6)), [
    ["", "Unknown", "0xdead"],
  ]);
});

Deno.test("treeOf() and findCycles() go through a chain that is longer than a stack", () => {
  const length = 20_000;
  const chain = Array.from({ length }, (_, i) => ({
    id: i + 1,
    name: `task ${i + 1}`,
    stack: ["main"],
    awaitedBy: i === 0 ? [] : [i],
    waitsFor: [],
    seconds: null,
  }));
  assertEquals(findCycles(chain), []);
  assertEquals(treeOf(chain).length, 2 * length);
  const circle = chain.map((task) => task.id === 1 ? { ...task, awaitedBy: [length] } : task);
  assertEquals(findCycles(circle).map((cycle) => cycle.length), [length + 1]);
});
