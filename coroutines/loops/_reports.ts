// Copyright 2026 the asyncio authors. MIT license.

/** What a loop says of errors that belong to nobody. */

import { repr } from "../../selectors/mod.ts";
import type { ExceptionContext } from "../abstract_event_loop.ts";
import { Context } from "../context.ts";
import { originOf } from "../_origin.ts";

/**
 * For so long, in milliseconds, after an error that says so the system is taken to have no descriptor
 * left.
 */
const SCARCITY = 5_000;

let lastScarcity = -Infinity;

/**
 * A report as text.
 *
 * CPython: Lib/asyncio/base_events.py, BaseEventLoop.default_exception_handler.
 */
export function textOf(context: ExceptionContext): string {
  const { message, exception, ...details } = context;
  const lines = [message || "Unhandled exception in event loop"];
  for (const key of Object.keys(details).sort()) {
    const text = repr(details[key]);
    lines.push(`${key}: ${text}`);
    const origin = originOf(details[key]);
    // A future says so itself.
    if (origin !== undefined && !text.includes(origin)) lines.push(`${key} created at ${origin}`);
  }
  if (exception !== undefined) lines.push(traceOf(exception));
  return lines.join("\n");
}

/**
 * The stack of an error. To show it Deno opens files, and where there is no descriptor left for them it
 * ends the process: then the error has to do.
 */
function traceOf(exception: unknown): string {
  if (!(exception instanceof Error) || isScarce(exception)) return repr(exception);
  return exception.stack ?? repr(exception);
}

function isScarce(exception: Error): boolean {
  if (/\(os error (?:23|24)\)/.test(exception.message)) lastScarcity = performance.now();
  return performance.now() - lastScarcity < SCARCITY;
}

/** The context of the task, the future or the callback in which an error came up. */
export function contextOf({ task, future, handle }: ExceptionContext): Context | null {
  const origin = (task ?? future ?? handle) as { getContext?(): unknown } | null | undefined;
  const context = origin?.getContext?.();
  return context instanceof Context ? context : null;
}

/** In strict mode, what has been reported is an error of whoever closes the loop. */
export function throwAll(reports: readonly unknown[]): void {
  if (reports.length === 1) throw reports[0];
  if (reports.length > 1) {
    throw new AggregateError(reports, `${reports.length} errors were reported to the event loop`);
  }
}
