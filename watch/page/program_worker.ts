// Copyright 2026 the asyncio authors. MIT license.

import type { Step } from "../timeline/timeline.ts";
import type { Report } from "../worker/main.ts";

/** A program that is not heard of for so long, in milliseconds, is ended. */
const SILENCE = 5000;

const STOPPED: Step = { what: "halted", who: "", line: 0, text: "", changes: [] };

/**
 * Runs programs, one at a time, each in a worker of its own: that is what can be ended from outside,
 * whatever the program does.
 */
export class ProgramWorker {
  readonly #onSteps: (steps: readonly Step[], isOver: boolean) => void;
  #worker: Worker | null = null;
  #watchdog = 0;

  /** @param onSteps Called with the steps of the program as they arrive. */
  constructor(onSteps: (steps: readonly Step[], isOver: boolean) => void) {
    this.#onSteps = onSteps;
  }

  /** Runs a program, in place of the one before. */
  run(source: string): void {
    this.stop();
    const worker = new Worker("/worker.js", { type: "module" });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Report>) => {
      // It may have been on its way when the worker was ended.
      if (worker !== this.#worker) return;
      if (data.isOver) this.stop();
      else this.#wait();
      this.#onSteps(data.steps, data.isOver);
    };
    worker.postMessage(source);
    this.#wait();
  }

  /** Ends the program. */
  stop(): void {
    clearTimeout(this.#watchdog);
    this.#worker?.terminate();
    this.#worker = null;
  }

  #wait(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = Number(setTimeout(() => {
      this.stop();
      this.#onSteps([STOPPED], true);
    }, SILENCE));
  }
}
