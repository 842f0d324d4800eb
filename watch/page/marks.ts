// Copyright 2026 the asyncio authors. MIT license.

import type { Snapshot, Step } from "../timeline/timeline.ts";
import { colorOf } from "./colors.ts";
import type { Words } from "./words.ts";

/** As many names as are shown at a line; the rest is counted. */
const MAX_NAMES = 3;

/**
 * What a line is: where the program has failed, the one that runs, one at which a task stands, or one
 * that has called another. Of several, the first counts.
 */
const KINDS = ["fault", "current", "standing", "calling"] as const;

/** A line of the program at which somebody stands. */
export interface Mark {
  /** The line, from 1. */
  readonly line: number;
  kind: typeof KINDS[number];
  /** The first of those who stand there, with their colours. */
  readonly names: { readonly label: string; readonly color: string }[];
  /** How many more there are. */
  more: number;
}

/** The lines at which somebody stands, in their order. */
export function marksOf(step: Step, now: Snapshot, words: Words): Mark[] {
  if (step.what === "failed" && step.line > 0) {
    return [{ line: step.line, kind: "fault", names: [], more: 0 }];
  }
  const current = currentOwner(step, now);
  const marks = new Map<number, Mark>();
  for (const [owner, frames] of now.frames) {
    frames.forEach(({ line }, i) => {
      const isInnermost = i === frames.length - 1;
      const kind = !isInnermost ? "calling" : owner === current ? "current" : "standing";
      const mark = marks.get(line) ?? { line, kind, names: [], more: 0 };
      marks.set(line, mark);
      if (KINDS.indexOf(kind) < KINDS.indexOf(mark.kind)) mark.kind = kind;
      if (isInnermost && owner !== "program") addName(mark, owner, now, words);
    });
  }
  return [...marks.values()].sort((one, other) => one.line - other.line);
}

function addName(mark: Mark, owner: string, now: Snapshot, words: Words): void {
  if (mark.names.length === MAX_NAMES) mark.more++;
  else mark.names.push({ label: labelOf(owner, now, words), color: colorOf(owner) });
}

/** Whose line it is that runs. */
function currentOwner({ what, who }: Step, now: Snapshot): string | null {
  if (what === "line") return who;
  const entry = now.entries.get(now.loop.running ?? "");
  if (entry === undefined) return null;
  return entry.kind === "task" ? entry.task : "callback";
}

function labelOf(owner: string, now: Snapshot, words: Words): string {
  if (owner === "callback") return now.entries.get(now.loop.running ?? "")?.label ?? words.callback;
  return now.tasks.get(owner)?.name ?? "";
}
