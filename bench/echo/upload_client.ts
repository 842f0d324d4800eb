// Copyright 2026 the asyncio authors. MIT license.

/**
 * Sends 100 MB to a server that only receives, and waits until it closes, several times.
 *
 *     deno run --allow-net --allow-read bench/echo/upload_client.ts PORT PID [1 for TLS]
 *
 * Prints the CPU milliseconds that process PID, the server, used for 100 MB, as `cpu`.
 *
 * @module
 */

import { cpuSeconds } from "../process_usage.ts";
import { authority } from "./certificate.ts";
import { TRANSFER } from "./transfer.ts";

/** Those before are for compilers and caches: they take seconds to settle. */
const WARM_UP = 30;
const TIMES = 20;

const [port, pid, tls] = Deno.args.map(Number) as [number, number, number?];
const address = { hostname: "127.0.0.1", port };
const piece = new Uint8Array(262_144).fill(65);

function connect(): Promise<Deno.TcpConn | Deno.TlsConn> {
  return tls ? Deno.connectTls({ ...address, caCerts: [authority()] }) : Deno.connect(address);
}

async function upload(): Promise<void> {
  const connection = await connect();
  for (let left = TRANSFER; left > 0;) {
    left -= await connection.write(left < piece.length ? piece.subarray(0, left) : piece);
  }
  await connection.closeWrite();
  // Not every server ends TLS before it closes.
  await connection.read(new Uint8Array(1)).catch(() => null);
  connection.close();
}

for (let i = 0; i < WARM_UP; i++) await upload();
const before = cpuSeconds(pid);
for (let i = 0; i < TIMES; i++) await upload();
console.log(JSON.stringify({ cpu: (cpuSeconds(pid) - before) * 1e3 / TIMES }));
Deno.exit();
