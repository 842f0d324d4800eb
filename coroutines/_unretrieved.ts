// Copyright 2026 the asyncio authors. MIT license.

/**
 * Errors that nobody asked for: told to the loop's exception handler when the future that holds one
 * is collected as garbage, as `Future.__del__` does in CPython.
 *
 * Only futures that fail are watched, and only those whose error has not been asked for by the time
 * that the host goes on: nearly all are, within a turn of the loop.
 */

import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { type Context, currentContext, runIn } from "./context.ts";
import { afterIO } from "./_host.ts";

/** How deep the causes of an error are copied. */
const MAX_DEPTH = 8;

/** The key under which a future tells whether it has an error that nobody has asked for. */
export const unseen: unique symbol = Symbol("unseen");

/** A future, as seen from here. */
interface Failed {
  readonly [unseen]: boolean;
}

interface Report {
  readonly loop: AbstractEventLoop;
  readonly kind: string;
  /** The error, or a copy that does not keep the future alive. */
  readonly exception: unknown;
  readonly original: WeakRef<Error> | null;
  /** The context of the task that failed. */
  readonly context: Context | null;
}

const reports = new FinalizationRegistry<Report>((report) => {
  const { loop, kind, context } = report;
  const message = `${kind} exception was never retrieved`;
  const exception = report.original?.deref() ?? report.exception;
  runIn(context, () => loop.callExceptionHandler({ message, exception }));
});

/** Those that have failed since the host had its last turn. */
let fresh: [future: Failed, report: Report][] = [];

/** Reports the error, should the future die before it is asked for it. */
export function noteUnretrieved(future: Failed, loop: AbstractEventLoop, exception: unknown): void {
  if (fresh.length === 0) afterIO(watchFresh);
  const kind = future.constructor.name;
  fresh.push([future, { loop, kind, exception, original: null, context: currentContext() }]);
}

/** The error has been asked for. */
export function noteRetrieved(future: Failed): void {
  reports.unregister(future);
}

function watchFresh(): void {
  const candidates = fresh;
  fresh = [];
  for (const [future, report] of candidates) {
    if (future[unseen]) reports.register(future, withoutFrames(report), future);
  }
}

function withoutFrames(report: Report): Report {
  const { exception } = report;
  if (!(exception instanceof Error)) return report;
  return { ...report, exception: copyOf(exception), original: new WeakRef(exception) };
}

/**
 * An error like another, and so the errors that it holds, but for what their stack traces hold on to:
 * V8 keeps the receiver of every frame, and with it the very task that the error was thrown in.
 */
function copyOf(value: unknown, depth = 0): unknown {
  if (depth === MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => copyOf(item, depth + 1));
  if (!(value instanceof Error)) return value;
  const own = Object.getOwnPropertyDescriptors(value) as PropertyDescriptorMap;
  for (const property of Object.values(own)) {
    if ("value" in property) property.value = copyOf(property.value, depth + 1);
  }
  own.stack = { value: value.stack, configurable: true, writable: true };
  return Object.create(Object.getPrototypeOf(value), own);
}
