// Copyright 2026 the asyncio authors. MIT license.

/**
 * Accept and close: CPU time of the server for each connection. Needs Linux's `/proc`.
 *
 * @module
 */

import { serverSubject } from "./echo/server_process.ts";
import type { Sample, Subject } from "./subject.ts";

const CLIENTS = [1, 50];

export const subject: Subject = serverSubject({
  name: "accept",
  title: "connections that the server closes at once",
  metrics: CLIENTS.map((clients) => ({
    key: `clients${clients}`,
    label: `accept and close, server CPU a connection, ${clients} at a time`,
    unit: "us",
  })),
  rounds: 3,
  async sample(measure) {
    const result: Sample = {};
    for (const clients of CLIENTS) {
      result[`clients${clients}`] = (await measure("accept", 1024, "accept_client.ts", clients))
        .cpu!;
    }
    return result;
  },
});
