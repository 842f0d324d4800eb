// Copyright 2026 the asyncio authors. MIT license.

import { currentTask, sleep } from "@asyncio/asyncio/coroutines";

/** A context manager of async functions that notes what happens to it. */
export class NativeRecorder {
  readonly order: string[] = [];
  readonly swallow: boolean;

  constructor(swallow = false) {
    this.swallow = swallow;
  }

  async aenter(): Promise<string> {
    await sleep(1);
    this.order.push(`enter ${currentTask()!.getName()}`);
    return "value";
  }

  async aexit(error?: unknown): Promise<boolean> {
    await sleep(1);
    this.order.push(`exit ${(error as Error | undefined)?.name}`);
    return this.swallow;
  }
}
