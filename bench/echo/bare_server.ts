// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server on nothing but Deno: the least that one can cost there. Prints its port.
 *
 *     deno run --allow-net bench/echo/bare_server.ts echo|accept|receive|send SIZE
 *
 * @module
 */

import { TRANSFER } from "./transfer.ts";

const size = Number(Deno.args[1]);

async function echo(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(size);
  for (let n; (n = await connection.read(buffer)) !== null;) {
    for (let sent = 0; sent < n;) sent += await connection.write(buffer.subarray(sent, n));
  }
  connection.close();
}

function accept(connection: Deno.TcpConn): Promise<void> {
  connection.close();
  return Promise.resolve();
}

async function receive(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(size);
  while (await connection.read(buffer) !== null);
  connection.close();
}

async function send(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(size).fill(65);
  for (let left = TRANSFER; left > 0;) left -= await connection.write(buffer);
  connection.close();
}

const handler = { echo, accept, receive, send }[Deno.args[0]!]!;
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
console.log(listener.addr.port);
for await (const connection of listener) {
  handler(connection).catch(() => connection.close());
}
