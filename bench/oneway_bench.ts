// Copyright 2026 the asyncio authors. MIT license.

/**
 * 100 MB in one direction, in pieces of 64 KB: CPU time of the server. Needs Linux's `/proc`.
 *
 * @module
 */

import { serverSubject } from "./echo/server_process.ts";
import type { Subject } from "./subject.ts";

const PIECE = 65_536;

export const subject: Subject = serverSubject({
  name: "oneway",
  title: "100 MB in one direction",
  metrics: [
    { key: "receive", label: "100 MB received by readexactly, server CPU", unit: "ms" },
    { key: "send", label: "100 MB written and drained, server CPU", unit: "ms" },
  ],
  rounds: 3,
  async sample(measure) {
    const receive = (await measure("receive", PIECE, "upload_client.ts")).cpu!;
    const send = (await measure("send", PIECE, "download_client.ts")).cpu!;
    return { receive, send };
  },
});
