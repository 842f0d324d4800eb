// Copyright 2026 the asyncio authors. MIT license.

import type { Step } from "../timeline/timeline.ts";

/** The hues of tasks, far from each other for those that are made one after the other. */
const HUES = [215, 30, 145, 285, 0, 180, 55, 330, 250, 100];

/** Of what is no task: the program's own lines, and callbacks. */
const NEUTRAL = "220";

const given = new Map<string, string>();

/** Forgets the colours: another program begins. */
export function forgetColors(): void {
  given.clear();
}

/** Gives a colour to each task that is made in these steps. */
export function giveColors(steps: readonly Step[]): void {
  for (const { changes } of steps) {
    for (const [table, task, was] of changes) {
      if (table !== "tasks" || was !== null) continue;
      given.set(task, String(HUES[given.size % HUES.length]));
    }
  }
}

/** The colour of a task, as a hue for the style sheet. */
export function colorOf(task: string): string {
  return given.get(task) ?? NEUTRAL;
}
