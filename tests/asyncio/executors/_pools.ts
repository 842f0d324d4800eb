// Copyright 2026 the asyncio authors. MIT license.

/** Both pools, for tests that hold for either, and what holds a worker until a test lets it go. */

import { type Executor, ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio/asyncio";

export type Pool = Executor;

/** A kind of pool. */
export interface Kind {
  readonly name: string;
  readonly Broken: string;
  make(
    options?: {
      maxWorkers?: number;
      // deno-lint-ignore no-explicit-any
      initializer?: (...args: any[]) => unknown;
      initargs?: unknown[];
    },
  ): Pool;
}

export const threads: Kind = {
  name: "ThreadPoolExecutor",
  Broken: "BrokenThreadPool",
  make: (options) => new ThreadPoolExecutor({ maxWorkers: 2, ...options }),
};

export const processes: Kind = {
  name: "ProcessPoolExecutor",
  Broken: "BrokenProcessPool",
  make: (options) => new ProcessPoolExecutor({ maxWorkers: 2, ...options }),
};

/** Registers a test for each kind of pool. */
export function testPools(name: string, body: (kind: Kind) => Promise<void>): void {
  for (const kind of [threads, processes]) Deno.test(`${kind.name}${name}`, () => body(kind));
}

/**
 * What keeps workers waiting until it is opened, and tells how many have begun to. It is a folder, for
 * processes share nothing else.
 */
export class Latch implements Disposable {
  readonly path = Deno.makeTempDirSync();

  /** How many workers have come to it. */
  get count(): number {
    return [...Deno.readDirSync(this.path)].filter(({ name }) => name !== "open").length;
  }

  /** Waits until so many workers have come. */
  async reached(count = 1): Promise<void> {
    await until(() => this.count >= count);
  }

  open(): void {
    Deno.writeTextFileSync(`${this.path}/open`, "");
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** For a worker: waits at a latch, and gives back a value. */
export function waitAt<T>(path: string, value?: T): T {
  Deno.makeTempFileSync({ dir: path });
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      Deno.statSync(`${path}/open`);
      return value as T;
    } catch {
      Atomics.wait(cell, 0, 0, 2);
    }
  }
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
