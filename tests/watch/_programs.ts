// Copyright 2026 the asyncio authors. MIT license.

import type { Step } from "../../watch/timeline/timeline.ts";
import { Timeline } from "../../watch/timeline/timeline.ts";
import { execute } from "../../watch/worker/execute.ts";

/** The program of a chapter. */
export async function programOf(id: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../watch/chapters/${id}.ts`, import.meta.url));
}

/** The steps of a program, run here as the worker runs it: up to its end, or to where it is stopped. */
export async function stepsOf(source: string): Promise<Step[]> {
  const steps: Step[] = [];
  // One that was stopped may wait for ever; the page ends its worker then.
  const halted = Promise.withResolvers<void>();
  const ended = execute(source, (step) => {
    steps.push(step);
    if (step.what === "halted") halted.resolve();
  });
  await Promise.race([ended, halted.promise]);
  return steps;
}

/** A timeline of steps, at the last of them. */
export function timelineOf(steps: readonly Step[]): Timeline {
  const timeline = new Timeline();
  timeline.add(steps);
  timeline.seek(Infinity);
  return timeline;
}

/** What the program of a chapter writes, run as the worker runs it. */
export async function logOf(id: string): Promise<string[]> {
  return timelineOf(await stepsOf(await programOf(id))).now.log.map(({ text }) => text);
}
