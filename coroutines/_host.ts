// Copyright 2026 the asyncio authors. MIT license.

/**
 * How to leave the thread to the host and get it back: the only file that knows milliseconds.
 *
 * The figures were measured with Deno 2.9 on Linux: a microtask costs 20 ns, but as long as there is
 * one, no I/O completes; `setImmediate` 0.7 us, after which I/O may have been polled; `setTimeout(x)`
 * fires at about x + 1.1 ms, and never before 2.1 ms.
 */

/** A timer of the host, to be given back to {@linkcode clearTimer}. */
export type HostTimer = ReturnType<typeof setTimeout>;

/** Longer waits overflow the host's 32-bit milliseconds: a timer in ten days is armed again then. */
const MAX_WAIT_MS = 24 * 3600 * 1000;

/** What `setTimeout` comes late by, in milliseconds. */
const TIMEOUT_LATENESS_MS = 1.1;

/** The longest time, in milliseconds, that {@linkcode waitPrecisely} blocks the host. */
const MAX_BLOCK_MS = 1;

/** `Atomics.wait` wakes up late by about so many milliseconds; the rest is spent in a loop. */
const WAKE_UP_MS = 0.11;

/** Errors that may end in the rejection of a promise without anybody minding. */
const forgiven = new WeakSet<object>();

interface RejectionHost {
  addEventListener?(
    type: "unhandledrejection",
    listener: (event: { reason: unknown; preventDefault(): void }) => void,
  ): void;
  process?: {
    on?(event: "unhandledRejection", listener: (reason: unknown) => void): void;
    listenerCount?(event: "unhandledRejection"): number;
  };
}

let isForgiving = false;

/**
 * Keeps the host from ending the process because nobody handles the rejection of a promise with this
 * very error.
 */
export function forgiveRejection(error: object): void {
  forgiven.add(error);
  if (isForgiving) return;
  isForgiving = true;
  const { addEventListener, process } = globalThis as RejectionHost;
  if (addEventListener !== undefined) {
    addEventListener.call(globalThis, "unhandledrejection", (event) => {
      if (isForgiven(event.reason)) event.preventDefault();
    });
  } else if (process?.listenerCount?.("unhandledRejection") === 0) {
    // Node: one who listens has to throw what is to end the process.
    process.on?.("unhandledRejection", (reason) => {
      if (!isForgiven(reason)) throw reason;
    });
  }
}

/** Whether the host says nothing of a promise that is rejected with an error. */
export function isForgiven(reason: unknown): boolean {
  return typeof reason === "object" && reason !== null && forgiven.has(reason);
}

const cell = typeof SharedArrayBuffer === "function"
  ? new Int32Array(new SharedArrayBuffer(4))
  : null;

/** Whether this thread may block at all. The main thread of a browser may not. */
let mayBlock = cell !== null;

const SETTLED = Promise.resolve();

/** Calls `fn` in a microtask. `queueMicrotask()` is a function of the host's, and costs three times as much. */
export function inMicrotask(fn: () => void): void {
  SETTLED.then(fn);
}

/** After how many macrotasks in a row, at the latest, the host has polled for I/O. */
export const HOPS_TO_POLL: number = "setImmediate" in globalThis ? 61 : 1;

/** Calls `fn` in a macrotask of its own, after the host has looked after its I/O. */
export const afterIO: (fn: () => void) => void = chooseMacrotask();

function chooseMacrotask(): (fn: () => void) => void {
  const { setImmediate } = globalThis as { setImmediate?: (fn: () => void) => void };
  if (setImmediate !== undefined) return setImmediate;
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return (fn) => {
    waiting.push(fn);
    channel.port2.postMessage(null);
  };
}

/**
 * Arms a timer that fires shortly after `seconds` from now, or shortly before: the caller looks at
 * the clock and arms another.
 *
 * @param fine Whether to leave enough for {@linkcode waitPrecisely} to do the rest.
 */
export function setTimer(seconds: number, fine: boolean, fn: () => void): HostTimer {
  const wait = seconds * 1000;
  const ms = fine ? Math.floor(wait - TIMEOUT_LATENESS_MS - MAX_BLOCK_MS / 2) : Math.ceil(wait) - 1;
  return setTimeout(fn, Math.max(0, Math.min(ms, MAX_WAIT_MS)));
}

/** Disarms a timer. */
export function clearTimer(timer: HostTimer): void {
  clearTimeout(timer);
}

/** The longest rest, in seconds, that is too short for a host timer. */
export const SHORT_WAIT: number = (MAX_BLOCK_MS + TIMEOUT_LATENESS_MS) / 1000;

/**
 * Waits for `seconds` to the microsecond, though not for more than a millisecond: by sleeping on a
 * cell of memory that nobody ever wakes, then by watching the clock. The host stands still meanwhile,
 * so this is for a loop that has nobody else to serve.
 */
export function waitPrecisely(seconds: number): void {
  const ms = Math.min(seconds * 1000, MAX_BLOCK_MS);
  const end = performance.now() + ms;
  nap((ms - WAKE_UP_MS) / 1000);
  while (performance.now() < end);
}

/** Waits for about `seconds`, where the thread may: later, but cheaper than to the microsecond. */
export function nap(seconds: number): void {
  if (seconds <= 0 || !mayBlock) return;
  try {
    Atomics.wait(cell!, 0, 0, seconds * 1000);
  } catch {
    mayBlock = false;
  }
}
