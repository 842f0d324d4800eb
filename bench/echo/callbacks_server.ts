// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server on the callbacks of our loop and non-blocking sockets: what transports and streams stand
 * on. Prints its port.
 *
 *     deno run --allow-net bench/echo/callbacks_server.ts echo|accept|receive|send SIZE
 *
 * @module
 */

import { type Coroutine, Future, getRunningLoop, run } from "@asyncio/asyncio";
import { Socket } from "@asyncio/asyncio/selectors";
import { TRANSFER } from "./transfer.ts";

const size = Number(Deno.args[1]);

/** Calls `step` whenever the socket is ready for `side`; `false`, or an error, ends the connection. */
function whenever(side: "Reader" | "Writer", sock: Socket, step: () => boolean): void {
  const loop = getRunningLoop();
  const isGoingOn = () => {
    try {
      return step();
    } catch {
      return false;
    }
  };
  loop[`add${side}`](sock, () => {
    if (isGoingOn()) return;
    loop[`remove${side}`](sock);
    sock.close();
  });
}

/** One message at a time, and never more than fits. */
function echo(sock: Socket): void {
  whenever("Reader", sock, () => {
    const data = sock.tryRecv(size);
    return data === null || data.length > 0 && sock.trySend(data) === data.length;
  });
}

function accept(sock: Socket): void {
  sock.close();
}

function receive(sock: Socket): void {
  whenever("Reader", sock, () => sock.tryRecv(size)?.length !== 0);
}

function send(sock: Socket): void {
  const chunk = new Uint8Array(size).fill(65);
  let left = TRANSFER;
  whenever("Writer", sock, () => {
    for (let n; left > 0 && (n = sock.trySend(chunk)) !== null;) left -= n;
    return left > 0;
  });
}

function* main(): Coroutine<void> {
  const handler = { echo, accept, receive, send }[Deno.args[0]!]!;
  const server = new Socket();
  server.bind(["127.0.0.1", 0]);
  server.listen(4096);
  console.log(server.getsockname()[1]);
  getRunningLoop().addReader(server, () => {
    for (let accepted; (accepted = server.tryAccept()) !== null;) handler(accepted[0]);
  });
  yield* new Future();
}

await run(main());
