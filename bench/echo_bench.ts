// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo through streams: CPU time of the server for each message. Needs Linux's `/proc`.
 *
 * @module
 */

import { serverSubject } from "./echo/server_process.ts";
import type { Sample, Subject } from "./subject.ts";

const SIZES = { "64 B": 64, "16 KB": 16_384 };
const CONNECTIONS = [1, 50, 1000];

/** What a server receives at once, in bytes. */
const RECEIVED = 65_536;

const ROWS = Object.entries(SIZES).flatMap(([label, size]) =>
  CONNECTIONS.map((connections) => ({
    key: `size${size}connections${connections}`,
    label: `echo ${label}, server CPU a message, ${connections.toLocaleString("en")} connections`,
    unit: "us",
    size,
    connections,
  }))
);

export const subject: Subject = serverSubject({
  name: "echo",
  title: "echo through streams: one message in flight on each connection",
  metrics: ROWS,
  rounds: 3,
  async sample(measure) {
    const result: Sample = {};
    for (const { key, size, connections } of ROWS) {
      const { cpu } = await measure("echo", RECEIVED, "echo_client.ts", connections, size);
      result[key] = cpu!;
    }
    return result;
  },
});
