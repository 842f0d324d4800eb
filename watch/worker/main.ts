// Copyright 2026 the asyncio authors. MIT license.

/**
 * The worker in which a program runs, so that one which never ends can be ended. It gets a source, and
 * posts the steps, a few at a time; the last post says that it was.
 *
 * @module
 */

import type { Step } from "../timeline/timeline.ts";
import { execute } from "./execute.ts";

/** So many steps are posted one by one: a program that hangs soon has told how it came to it. */
const SINGLE = 200;

/** How many are posted together after that. */
const PACK = 100;

/** What the worker posts. */
export interface Report {
  readonly steps: readonly Step[];
  readonly isOver: boolean;
}

interface WorkerScope {
  onmessage: ((event: MessageEvent<string>) => void) | null;
  postMessage(report: Report): void;
}

const scope = globalThis as unknown as WorkerScope;

// What a program that was stopped leaves behind is nobody's affair any more.
addEventListener("unhandledrejection", (event) => event.preventDefault());

scope.onmessage = async ({ data: source }) => {
  let steps: Step[] = [];
  let count = 0;
  const post = (isOver: boolean) => {
    scope.postMessage({ steps, isOver });
    steps = [];
  };
  await execute(source, (step) => {
    steps.push(step);
    const isLast = step.what === "halted";
    if (++count <= SINGLE || steps.length >= PACK || isLast) post(isLast);
  });
  post(true);
};
