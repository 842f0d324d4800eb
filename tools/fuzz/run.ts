// Copyright 2026 the asyncio authors. MIT license.

/**
 * Runs one program on a loop of its own, under an autojumping virtual clock.
 *
 * @module
 */

import { CancelledError, EventLoop, RuntimeError, VirtualClock } from "@asyncio/asyncio";
import type { Form } from "./form.ts";
import { Interpreter } from "./interpreter.ts";
import { operations } from "./operations.ts";
import type { Program, Trace } from "./program.ts";

/** The trace of `program`, up to the end of its main coroutine or to `deadlock`. */
export async function run(program: Program, form: Form): Promise<Trace> {
  const loop = new EventLoop({ clock: new VirtualClock({ autojump: true }) });
  loop.setExceptionHandler(() => {});
  const interpreter = new Interpreter(program, { loop, form, operations });
  try {
    await loop.runUntilComplete(form.task(interpreter.main()));
  } catch (error) {
    if (isDeadlock(error)) interpreter.trace.push("deadlock");
    // A main coroutine that cancelled itself in its last step has left a whole trace.
    else if (!(error instanceof CancelledError)) throw error;
  } finally {
    interpreter.recording = false;
    loop.close();
  }
  return interpreter.trace;
}

function isDeadlock(error: unknown): boolean {
  return error instanceof RuntimeError && error.message.startsWith("deadlock");
}
