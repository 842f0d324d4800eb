// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";
import type { WorkerPool } from "./_worker_pool.ts";

/** The number of workers, if it is one. */
export function checkMaxWorkers(maxWorkers: number): number {
  if (!(maxWorkers > 0)) throw new ValueError("maxWorkers must be greater than 0");
  if (!Number.isInteger(maxWorkers)) throw new TypeError("maxWorkers must be an integer");
  return maxWorkers;
}

/** The number of calls that a worker may do, if it is one. */
export function checkMaxTasks(maxTasks: number | null): number | null {
  if (maxTasks === null) return null;
  if (!Number.isInteger(maxTasks)) throw new TypeError("maxTasksPerChild must be an integer");
  if (maxTasks <= 0) throw new ValueError("maxTasksPerChild must be >= 1");
  return maxTasks;
}

const collected = new FinalizationRegistry<WorkerPool>((pool) => void pool.shutdown());

/** Ends the workers of an executor that nobody has any more, when their work is done. */
export function shutdownWhenCollected(executor: object, pool: WorkerPool): void {
  collected.register(executor, pool);
}
