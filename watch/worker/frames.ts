// Copyright 2026 the asyncio authors. MIT license.

import type { FrameRow } from "../timeline/timeline.ts";

/** Of a deep recursion, so many functions are told: the outermost and the innermost. */
const OUTERMOST = 4;
const INNERMOST = 20;

/** A function that is under way. */
export interface Frame {
  readonly name: string;
  /** Whose it is: a task's, the program's own, or a callback's. */
  readonly owner: string;
  /** The line that it stands at, from 1. */
  line: number;
  /** Says that a line is about to run. */
  at(line: number): void;
}

/** The functions that are under way, by owner, outermost first. */
export class Frames {
  readonly #byOwner = new Map<string, Frame[]>();

  /** A function is entered. */
  enter(frame: Frame): void {
    const frames = this.#byOwner.get(frame.owner);
    if (frames === undefined) this.#byOwner.set(frame.owner, [frame]);
    else frames.push(frame);
  }

  /** It is left: as a rule it is the innermost, but async functions may be left in any order. */
  leave(frame: Frame): void {
    const frames = this.#byOwner.get(frame.owner)!;
    frames.splice(frames.lastIndexOf(frame), 1);
    if (frames.length === 0) this.#byOwner.delete(frame.owner);
  }

  /** Whether one of an owner's functions stands at a line. */
  standsAt(owner: string, line: number): boolean {
    return this.#byOwner.get(owner)?.some((frame) => frame.line === line) ?? false;
  }

  /** What is told of an owner's functions; `null` if there is none. */
  rowsOf(owner: string): FrameRow[] | null {
    const frames = this.#byOwner.get(owner);
    if (frames === undefined) return null;
    const shown = frames.length <= OUTERMOST + INNERMOST
      ? frames
      : [...frames.slice(0, OUTERMOST), ...frames.slice(-INNERMOST)];
    return shown.map(({ name, line }) => ({ name, line }));
  }
}
