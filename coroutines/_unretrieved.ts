// Copyright 2026 the asyncio authors. MIT license.

/**
 * Errors that nobody asked for: told to the loop's exception handler when the future that holds one
 * is collected as garbage, as `Future.__del__` does in CPython.
 *
 * Only futures that fail are registered, so that the others cost nothing.
 */

import type { AbstractEventLoop } from "./abstract_event_loop.ts";

interface Report {
  readonly loop: AbstractEventLoop;
  readonly kind: string;
  readonly exception: unknown;
}

const reports = new FinalizationRegistry<Report>(({ loop, kind, exception }) => {
  loop.callExceptionHandler({ message: `${kind} exception was never retrieved`, exception });
});

/** Reports the error, should the future die before it is asked for it. */
export function noteUnretrieved(future: object, loop: AbstractEventLoop, exception: unknown): void {
  reports.register(future, { loop, kind: future.constructor.name, exception }, future);
}

/** The error has been asked for. */
export function noteRetrieved(future: object): void {
  reports.unregister(future);
}
