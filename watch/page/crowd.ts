// Copyright 2026 the asyncio authors. MIT license.

/** Many tasks, as a picture: a dot each. */

import type { Language } from "../chapters/chapter.ts";
import type { TaskRow, TaskState } from "../timeline/timeline.ts";
import { byId, element } from "./dom.ts";
import { stateWord } from "./words.ts";

/** The states in the order of the legend. */
const STATES: readonly TaskState[] = [
  "ready",
  "running",
  "waiting",
  "returned",
  "raised",
  "cancelled",
];

/** The colour of a state: what the style sheet gives its dot in the legend. */
function colorOf(state: TaskState): string {
  const dot = element(`span.dot.${state}`);
  byId("legend").append(dot);
  const { backgroundColor } = getComputedStyle(dot);
  dot.remove();
  return backgroundColor;
}

/** Draws the tasks, and counts them by state. */
export function drawCrowd(tasks: readonly [string, TaskRow][], language: Language): void {
  const canvas = byId<HTMLCanvasElement>("dots");
  const side = Math.ceil(Math.sqrt(tasks.length));
  const scale = Math.min(globalThis.devicePixelRatio || 1, 2);
  const size = Math.floor(Math.min(canvas.parentElement!.clientWidth, 400) * scale / side);
  canvas.width = canvas.height = side * size;
  canvas.style.width = `${side * size / scale}px`;
  const colors = new Map(STATES.map((state) => [state, colorOf(state)]));
  const context = canvas.getContext("2d")!;
  const gap = size > 3 ? Math.max(1, Math.round(size / 5)) : 0;
  const counts = new Map<TaskState, number>();
  let last: TaskState | null = null;
  tasks.forEach(([, { state }], i) => {
    counts.set(state, (counts.get(state) ?? 0) + 1);
    // To set a colour costs more than to draw a dot.
    if (state !== last) context.fillStyle = colors.get(last = state)!;
    context.fillRect((i % side) * size, Math.floor(i / side) * size, size - gap, size - gap);
  });
  const legend = STATES.filter((state) => counts.has(state)).map((state) =>
    element(
      "li",
      { "data-state": state },
      element(`span.dot.${state}`),
      `${stateWord(state, language)}: ${counts.get(state)!.toLocaleString(language)}`,
    )
  );
  byId("legend").replaceChildren(...legend);
  canvas.setAttribute("aria-label", legend.map(({ textContent }) => textContent).join(", "));
}
