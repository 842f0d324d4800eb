// Copyright 2026 the asyncio authors. MIT license.

/**
 * Signals of the operating system, through the `process` that Deno and Node have as a global.
 *
 * CPython: Lib/asyncio/unix_events.py, _UnixSelectorEventLoop.add_signal_handler.
 */

import { ValueError } from "../selectors/mod.ts";
import { repr, RuntimeError } from "../coroutines/mod.ts";

interface Host {
  process: {
    on(event: string, listener: () => void): void;
    off(event: string, listener: () => void): void;
    getBuiltinModule(name: "node:os"): { constants: { signals: Record<string, number> } };
  };
}

/**
 * The name of a signal.
 *
 * @param signal Its name or its number.
 * @throws {ValueError} If there is no such signal.
 * @throws {TypeError} If it is neither a name nor a number.
 */
export function signalName(signal: string | number): string {
  const { signals } = host().process.getBuiltinModule("node:os").constants;
  if (typeof signal === "string") {
    if (Object.hasOwn(signals, signal)) return signal;
    throw new ValueError(`invalid signal name ${signal}`);
  }
  if (typeof signal !== "number") throw new TypeError(`sig must be an int, not ${repr(signal)}`);
  const name = Object.keys(signals).find((one) => signals[one] === signal);
  if (name === undefined) throw new ValueError(`invalid signal number ${signal}`);
  return name;
}

/** The number of a signal, by its name. */
export function signalNumber(name: string): number {
  return host().process.getBuiltinModule("node:os").constants.signals[name]!;
}

/**
 * Calls a function at each signal of a kind, in place of what the system does.
 *
 * @returns What ends it.
 * @throws {RuntimeError} If the signal cannot be caught.
 */
export function onSignal(name: string, fn: () => void): () => void {
  const { process } = host();
  try {
    process.on(name, fn);
  } catch (error) {
    throw new RuntimeError(`sig ${name} cannot be caught`, { cause: error });
  }
  return () => process.off(name, fn);
}

/** Milliseconds between two turns of a timer that does nothing: about twelve days. */
const SELDOM = 2 ** 30;

/**
 * Keeps the process alive, which who waits for a signal only does not in Deno.
 *
 * @returns What ends it.
 */
export function holdProcess(): () => void {
  const timer = setInterval(() => {}, SELDOM);
  return () => clearInterval(timer);
}

function host(): Host {
  return globalThis as unknown as Host;
}
