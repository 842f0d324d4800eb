// Copyright 2026 the asyncio authors. MIT license.

/**
 * Echo server by hand on an EpollSelector, without a loop of ours: what sockets and selectors cost by
 * themselves. Prints its port. It waits as the command line says: in its own thread by `selectSync()`,
 * on the host's pool by `select()`, or as an event loop does.
 *
 *     deno run --allow-ffi bench/echo/epoll_server.ts selectSync|select|loop
 *
 * @module
 */

import {
  EpollSelector,
  EVENT_READ,
  IPPROTO_TCP,
  NativeSocket,
  type SelectorKey,
  TCP_NODELAY,
} from "@asyncio/asyncio/selectors";

type Ready = readonly (readonly [SelectorKey<(sock: NativeSocket) => void>, number])[];

const selector = new EpollSelector<(sock: NativeSocket) => void>();
const buffer = new Uint8Array(65536);

function acceptAll(server: NativeSocket): void {
  for (let pair; (pair = server.tryAccept()) !== null;) {
    const [conn] = pair;
    conn.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    selector.register(conn, EVENT_READ, echo);
  }
}

function echo(conn: NativeSocket): void {
  const count = receive(conn);
  if (count === null || count > 0 && conn.trySend(buffer.subarray(0, count)) === count) return;
  selector.unregister(conn);
  conn.close();
}

/** The client ends by leaving. */
function receive(conn: NativeSocket): number | null {
  try {
    return conn.tryRecvInto(buffer);
  } catch {
    return 0;
  }
}

function serve(ready: Ready): void {
  for (const [{ fileobj, data }] of ready) data(fileobj as NativeSocket);
}

const server = new NativeSocket();
server.setblocking(false);
server.bind(["127.0.0.1", 0]);
server.listen(4096);
selector.register(server, EVENT_READ, acceptAll);
console.log(server.getsockname()[1]);

function loop(): void {
  do serve(selector.poll()); while (selector.prepare(Infinity));
}

const [way] = Deno.args;
if (way === "loop") {
  selector.onReady = loop;
  loop();
} else if (way === "select") {
  for (;;) serve(await selector.select());
} else {
  for (;;) serve(selector.selectSync());
}
