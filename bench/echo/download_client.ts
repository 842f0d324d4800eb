// Copyright 2026 the asyncio authors. MIT license.

/**
 * Receives 100 MB from a server that sends them and closes, several times.
 *
 *     deno run --allow-net --allow-read bench/echo/download_client.ts PORT PID [1 for TLS]
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
const buffer = new Uint8Array(262_144);

function connect(): Promise<Deno.TcpConn | Deno.TlsConn> {
  return tls ? Deno.connectTls({ ...address, caCerts: [authority()] }) : Deno.connect(address);
}

async function download(): Promise<void> {
  const connection = await connect();
  let received = 0;
  for (let n; (n = await connection.read(buffer)) !== null;) received += n;
  connection.close();
  if (received < TRANSFER) throw new Error(`${received} bytes arrived`);
}

for (let i = 0; i < WARM_UP; i++) await download();
const before = cpuSeconds(pid);
for (let i = 0; i < TIMES; i++) await download();
console.log(JSON.stringify({ cpu: (cpuSeconds(pid) - before) * 1e3 / TIMES }));
Deno.exit();
