// Copyright 2026 the asyncio authors. MIT license.

/**
 * Lines, read one by one: CPU time of the server. Needs Linux's `/proc`.
 *
 * @module
 */

import { serverSubject } from "./echo/server_process.ts";
import type { Subject } from "./subject.ts";

/** The length of a line, in bytes. */
const LINE = 64;

export const subject: Subject = serverSubject({
  name: "lines",
  title: "lines through readline",
  metrics: [{ key: "cpu", label: "a line of 64 B by readline, server CPU", unit: "ns" }],
  rounds: 3,
  sample: (measure) => measure("lines", 65_536, "lines_client.ts", LINE),
});
