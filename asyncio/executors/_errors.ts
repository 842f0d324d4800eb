// Copyright 2026 the asyncio authors. MIT license.

import {
  CancelledError,
  InvalidStateError,
  KeyboardInterrupt,
  NotImplementedError,
  RuntimeError,
  StopAsyncIteration,
  TimeoutError,
} from "../../coroutines/mod.ts";
import {
  BlockingIOError,
  ConnectionError,
  InterruptedError,
  KeyError,
  OSError,
  ValueError,
} from "../../selectors/mod.ts";
import { ExceptionGroup } from "../exception_group.ts";
import * as exceptions from "../exceptions.ts";
import { QueueEmpty, QueueFull, QueueShutDown } from "../queues/queue_errors.ts";
import { BrokenExecutor, BrokenProcessPool, BrokenThreadPool } from "./broken_executor.ts";
import { hostErrors } from "./_host.ts";
import type { EncodedError } from "./_encode_error.ts";

type ErrorPrototype = { readonly prototype: object };

const NATIVE: Record<string, ErrorPrototype> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
};

const OWN: Record<string, ErrorPrototype> = {
  CancelledError,
  InvalidStateError,
  KeyboardInterrupt,
  NotImplementedError,
  RuntimeError,
  StopAsyncIteration,
  TimeoutError,
  BlockingIOError,
  ConnectionError,
  InterruptedError,
  KeyError,
  OSError,
  ValueError,
  ExceptionGroup,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  ...exceptions,
};

/**
 * An error that has come from a worker: of its own class if that is one of the library's, of Deno's or
 * JavaScript's, else of the next one above that is; with its name, message, cause, own properties
 * and the stack of the worker.
 */
export function decodeError(encoded: EncodedError): unknown {
  const { classes, name, message, stack } = encoded;
  if (classes.length === 0) return encoded.value;
  if (classes[0] === "DOMException") return decodeDOMException(encoded);
  const error = new Error(message);
  Object.setPrototypeOf(error, classOf(classes).prototype);
  hide(error, "stack", stack);
  if (error.name !== name) hide(error, "name", name);
  Object.assign(error, encoded.properties);
  if (encoded.cause !== undefined) hide(error, "cause", decodeError(encoded.cause));
  if (encoded.errors !== undefined) hide(error, "errors", encoded.errors.map(decodeError));
  return error;
}

/** A DOMException takes its name and message from within, where nothing else can put them. */
function decodeDOMException({ name, message, stack }: EncodedError): DOMException {
  const error = new DOMException(message, name);
  hide(error, "stack", stack);
  return error;
}

function classOf(classes: readonly string[]): ErrorPrototype {
  const host = hostErrors();
  for (const name of classes) {
    const found = OWN[name] ?? host[name] ?? NATIVE[name];
    if (found !== undefined) return found;
  }
  return Error;
}

function hide(error: object, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true });
}
