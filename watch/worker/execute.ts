// Copyright 2026 the asyncio authors. MIT license.

import { repr } from "@asyncio/asyncio/selectors";
import type { LogLine, Step } from "../timeline/timeline.ts";
import { instrument, ProgramError, WATCH } from "./instrument.ts";
import { modulesFor } from "./modules.ts";
import { Halted, Recorder } from "./recorder.ts";

const AsyncFunction = (async () => {}).constructor as new (
  ...namesAndBody: string[]
) => (...values: unknown[]) => Promise<void>;

const LEVELS: Readonly<Record<string, LogLine["level"]>> = {
  debug: "log",
  error: "error",
  info: "log",
  log: "log",
  warn: "warn",
};

/**
 * Runs a program, and tells of each step as it happens.
 *
 * @param source A module in TypeScript.
 * @param send Called with each step.
 */
export async function execute(source: string, send: (step: Step) => void): Promise<void> {
  const recorder = new Recorder(send);
  const giveBack = divertConsole(recorder);
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    if (!(event.reason instanceof Halted)) recorder.log("error", `Uncaught ${event.reason}`);
  };
  addEventListener("unhandledrejection", onRejection);
  try {
    const program = new AsyncFunction(WATCH, instrument(source));
    recorder.start();
    await program({
      module: modulesFor(recorder),
      meta: { main: true, url: "program.ts" },
      enter: (name: string, line: number) => recorder.enter(name, line),
      leave: (frame: ReturnType<Recorder["enter"]>) => recorder.leave(frame),
      pass: (line: number) => recorder.pass(line),
    });
    recorder.over();
  } catch (error) {
    if (!(error instanceof Halted)) {
      recorder.failed(error, error instanceof ProgramError ? error.line : 0);
    }
  } finally {
    removeEventListener("unhandledrejection", onRejection);
    giveBack();
  }
}

/** Has what is written to the console go to the recorder. Gives what ends it. */
function divertConsole(recorder: Recorder): () => void {
  const methods = console as unknown as Record<string, unknown>;
  const own = Object.keys(LEVELS).map((name) => [name, methods[name]] as const);
  for (const [name, level] of Object.entries(LEVELS)) {
    methods[name] = (...values: unknown[]) => recorder.log(level, values.map(textOf).join(" "));
  }
  return () => {
    for (const [name, method] of own) methods[name] = method;
  };
}

function textOf(value: unknown): string {
  if (value instanceof Error) return String(value);
  return typeof value === "string" ? value : repr(value);
}
