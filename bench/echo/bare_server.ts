// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo server on nothing but Deno: the least that one can cost there. Prints its port.
 *
 * @module
 */

async function echo(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1024);
  for (let n; (n = await connection.read(buffer)) !== null;) {
    for (let sent = 0; sent < n;) sent += await connection.write(buffer.subarray(sent, n));
  }
  connection.close();
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
console.log(listener.addr.port);
for await (const connection of listener) {
  echo(connection).catch(() => connection.close());
}
