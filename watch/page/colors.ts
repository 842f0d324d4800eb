// Copyright 2026 the asyncio authors. MIT license.

/** The hues of tasks, far from each other for those that are made one after the other. */
const HUES = [215, 30, 145, 285, 0, 180, 55, 330, 250, 100];

const given = new Map<string, string>();

/** Forgets the colours: another program begins. */
export function forgetColors(): void {
  given.clear();
}

/** The colour of a task, as a hue for the style sheet: the same as long as the program is shown. */
export function colorOf(task: string): string {
  let color = given.get(task);
  if (color === undefined) given.set(task, color = String(HUES[given.size % HUES.length]));
  return color;
}
