// Copyright 2026 the asyncio authors. MIT license.

/**
 * Idle connections: what each costs an echo server in memory. Needs Linux's `/proc`.
 *
 * @module
 */

import { serverSubject } from "./echo/server_process.ts";
import type { Subject } from "./subject.ts";

export const subject: Subject = serverSubject({
  name: "idle",
  title: "idle connections",
  metrics: [
    { key: "connections", label: "idle connections held", unit: "count" },
    { key: "memory", label: "server memory an idle connection", unit: "KB" },
    { key: "memoryAfter", label: "server memory an idle connection after one message", unit: "KB" },
  ],
  rounds: 3,
  sample: (measure) => measure("echo", 1024, "idle_client.ts"),
});
