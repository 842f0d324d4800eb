// Copyright 2026 the asyncio authors. MIT license.

/** How what a loop handles is called on the page. */

import { Handle, type Task } from "@asyncio/asyncio";
import { repr } from "@asyncio/asyncio/selectors";
import type { SimulatedSelector } from "../simulated/mod.ts";
import type { EntryRow, SelectorRow } from "../timeline/timeline.ts";

/** The longest text of a value. */
const LONGEST = 60;

/** An entry of the ready queue or of the timers. `of` is the task that it belongs to. */
export function describeEntry(
  entry: object,
  task: Task<unknown> | null,
  of: string | null,
): EntryRow {
  if (task !== null) return { kind: "task", label: task.getName(), task: of };
  if (entry instanceof Handle) return { kind: "callback", label: describeHandle(entry), task: of };
  return { kind: "timer", label: "sleep", task: of };
}

/** The name of the function that a handle calls. */
function describeHandle(handle: Handle): string {
  const [, call] = /^<\w+ (?:when=\S+ )?(.*)>$/.exec(String(handle)) ?? [];
  const name = (call ?? String(handle)).replace(/\(.*\)$/, "").replace(/^#/, "");
  return name === "<lambda>" || name === "" ? "callback" : name;
}

/** The coroutine of a task: the name of its function, as far as it is known. */
export function describeCoroutine(task: Task<unknown>): string {
  const [, coro] = /coro=<([^>]*)>/.exec(String(task)) ?? [];
  return (coro ?? "").replace(/\(\)$/, "").replace(/^generator$/, "");
}

/**
 * The call in which a task waits at a lock, a queue and so on: `Queue.get()`; `null` for anything else.
 */
export function describeCall(waiter: object): string | null {
  const { owner, call } = (waiter as Queued).line ?? {};
  return owner === undefined ? null : `${owner.constructor.name}.${call}()`;
}

interface Queued {
  readonly line?: { readonly owner?: object; readonly call?: string } | null;
}

/** What a task waits for: the name of its class. */
export function describeWaiter(waiter: object): string {
  return /^<(\w+)/.exec(String(waiter))?.[1] ?? "";
}

/** Something that has a repr: a socket. */
function describeFile(object: unknown): string {
  return shorten(String(object));
}

/** What somebody has attached to a row of a selector: a function, or a loop's handles. */
function describeData(data: unknown): string {
  if (typeof data === "function") return data.name;
  const handles = Object.values(data ?? {}).filter((one) => one instanceof Handle);
  if (handles.length > 0) return handles.map(describeHandle).join(", ");
  return data === undefined ? "" : shorten(repr(data));
}

/** A result, or an error. */
export function describeOutcome(value: unknown): string {
  if (value === undefined) return "";
  return shorten(value instanceof Error ? String(value) : repr(value));
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** The rows of selectors, as they are now. */
export function selectorRows(selectors: readonly SimulatedSelector[]): Map<string, SelectorRow> {
  const rows = new Map<string, SelectorRow>();
  selectors.forEach((selector, i) => {
    for (const key of selector.getMap()?.values() ?? []) {
      rows.set(`${i}:${key.fd}`, {
        fd: key.fd,
        label: describeFile(key.fileobj),
        events: key.events,
        ready: selector.readinessOf(key),
        pending: selector.pendingIn(key),
        data: describeData(key.data),
      });
    }
  });
  return rows;
}
