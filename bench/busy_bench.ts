// Copyright 2026 the asyncio authors. MIT license.

/**
 * What a message waits for beside 100 tasks that work for 20 us at a time, and give way.
 *
 * @module
 */

import { serverSubject } from "./echo/server_process.ts";
import type { Subject } from "./subject.ts";

export const subject: Subject = serverSubject({
  name: "busy",
  title: "echo beside 100 busy tasks",
  metrics: [
    { key: "p50", label: "echo beside 100 busy tasks, median", unit: "ms" },
    { key: "p99", label: "echo beside 100 busy tasks, 99th percentile", unit: "ms" },
  ],
  rounds: 3,
  sample: (measure) => measure("busy", 65_536, "latency_client.ts"),
});
