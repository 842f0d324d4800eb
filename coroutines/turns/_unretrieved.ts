// Copyright 2026 the asyncio authors. MIT license.

/**
 * Errors that nobody asks for: told to the loop's exception handler when the future that holds one is
 * collected as garbage, as `Future.__del__` does in CPython, or at the latest when the loop is closed.
 *
 * Only futures that fail are watched, and only those whose error has not been asked for by the time
 * that the host goes on: nearly all are, within a turn of the loop.
 */

import { inspectAsText } from "../../selectors/mod.ts";
import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import { type Context, currentContext, runIn } from "../context.ts";
import { afterIO } from "../_host.ts";

/** How deep the causes of an error are copied. */
const MAX_DEPTH = 8;

/** With more watched futures than this, those that need it no longer are dropped now and then. */
const MIN_WATCHED_TO_SWEEP = 256;

/** The key under which a future tells whether it has an error that nobody has asked for. */
export const unseen: unique symbol = Symbol("unseen");

/** A future, as seen from here. */
interface Failed {
  readonly [unseen]: boolean;
}

/** What there is to say about a future once it is garbage. */
interface Report {
  readonly loop: AbstractEventLoop;
  readonly kind: string;
  readonly future: object;
  /** The error, or a copy that does not keep the future alive. */
  readonly exception: unknown;
  readonly original: WeakRef<Error> | null;
  /** The context of the task that failed. */
  readonly context: Context | null;
}

/** Stands for a future that is garbage: there is only its text left. */
class Ghost {
  readonly #text: string;

  static {
    inspectAsText(this.prototype);
  }

  constructor(future: object) {
    this.#text = String(future);
  }

  toString(): string {
    return this.#text;
  }
}

const garbage = new FinalizationRegistry<Report>((report) => {
  tell(report, report.original?.deref() ?? report.exception, report.future);
});

function tell({ loop, kind, context }: Report, exception: unknown, future: object): void {
  const message = `${kind} exception was never retrieved`;
  runIn(context, () => loop.callExceptionHandler({ message, exception, future }));
}

/** The futures of a loop that have failed, and whose error nobody has asked for. */
export class Unretrieved {
  readonly #loop: AbstractEventLoop;
  /** Those that have failed since the host had its last turn. */
  #fresh: [future: Failed, error: unknown, context: Context | null][] = [];
  #watched: [future: WeakRef<Failed>, report: Report][] = [];
  #sweepAt = MIN_WATCHED_TO_SWEEP;

  constructor(loop: AbstractEventLoop) {
    this.#loop = loop;
  }

  /** Reports the error, should the future die before it is asked for it. */
  note(future: Failed, exception: unknown): void {
    if (this.#fresh.length === 0) afterIO(this.#watchFresh);
    this.#fresh.push([future, exception, currentContext()]);
  }

  /** The error has been asked for. */
  forget(future: Failed): void {
    garbage.unregister(future);
  }

  /** Reports all that are left: the loop is being closed. */
  reportAll(): void {
    this.#watchFresh();
    const watched = this.#watched;
    this.#watched = [];
    for (const [weak, report] of watched) {
      const future = weak.deref();
      if (!future?.[unseen]) continue;
      garbage.unregister(future);
      tell(report, report.original?.deref() ?? report.exception, future);
    }
  }

  readonly #watchFresh = (): void => {
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const [future, exception, context] of fresh) {
      if (!future[unseen]) continue;
      const report = this.#reportOf(future, exception, context);
      garbage.register(future, report, future);
      this.#watched.push([new WeakRef(future), report]);
    }
    if (this.#watched.length > this.#sweepAt) this.#sweep();
  };

  #sweep(): void {
    this.#watched = this.#watched.filter(([future]) => future.deref()?.[unseen]);
    this.#sweepAt = Math.max(MIN_WATCHED_TO_SWEEP, 2 * this.#watched.length);
  }

  #reportOf(future: Failed, exception: unknown, context: Context | null): Report {
    return {
      loop: this.#loop,
      kind: future.constructor.name,
      future: new Ghost(future),
      exception: copyOf(exception),
      original: exception instanceof Error ? new WeakRef(exception) : null,
      context,
    };
  }
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
