// Copyright 2026 the asyncio authors. MIT license.

/**
 * Errors that nobody asked for: told to the loop's exception handler when the future that holds one
 * is collected as garbage, as `Future.__del__` does in CPython.
 *
 * Only futures that fail are registered, so that the others cost nothing.
 */

import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import { type Context, currentContext, runIn } from "./context.ts";

interface Report {
  readonly loop: AbstractEventLoop;
  readonly kind: string;
  readonly exception: unknown;
  /** The context of the task that failed. */
  readonly context: Context | null;
}

const reports = new FinalizationRegistry<Report>(({ loop, kind, exception, context }) => {
  const message = `${kind} exception was never retrieved`;
  runIn(context, () => loop.callExceptionHandler({ message, exception }));
});

/** Reports the error, should the future die before it is asked for it. */
export function noteUnretrieved(future: object, loop: AbstractEventLoop, exception: unknown): void {
  const kind = future.constructor.name;
  reports.register(future, { loop, kind, exception, context: currentContext() }, future);
}

/** The error has been asked for. */
export function noteRetrieved(future: object): void {
  reports.unregister(future);
}
