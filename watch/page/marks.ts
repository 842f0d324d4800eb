// Copyright 2026 the asyncio authors. MIT license.

import type { Snapshot, Step } from "../timeline/timeline.ts";
import { colorOf } from "./colors.ts";
import type { Mark } from "./editor.ts";
import type { Words } from "./words.ts";

/** The lines at which somebody stands. */
export function marksOf(step: Step, now: Snapshot, words: Words): Mark[] {
  if (step.what === "failed" && step.line > 0) {
    return [{ line: step.line, label: "", color: "0", kind: "fault" }];
  }
  const current = currentOwner(step, now);
  const marks: Mark[] = [];
  for (const [owner, frames] of now.frames) {
    frames.forEach(({ line }, i) => {
      const isInnermost = i === frames.length - 1;
      const kind = !isInnermost ? "calling" : owner === current ? "current" : "standing";
      marks.push({ line, label: labelOf(owner, now, words), color: colorOf(owner), kind });
    });
  }
  return marks;
}

/** Whose line it is that runs. */
function currentOwner({ what, who }: Step, now: Snapshot): string | null {
  if (what === "line") return who;
  const entry = now.entries.get(now.loop.running ?? "");
  if (entry === undefined) return null;
  return entry.kind === "task" ? entry.task : "callback";
}

function labelOf(owner: string, now: Snapshot, words: Words): string {
  if (owner === "program") return "";
  if (owner === "callback") return now.entries.get(now.loop.running ?? "")?.label ?? words.callback;
  return now.tasks.get(owner)?.name ?? "";
}
