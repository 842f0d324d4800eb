// Copyright 2026 the asyncio authors. MIT license.

import {
  type BaseSelector,
  DefaultSelector,
  EVENT_READ,
  EVENT_WRITE,
  type FileObj,
  Socket,
} from "@asyncio/asyncio/selectors";

/** Two connected sockets, closed at the end of the scope. */
export class SocketPair implements Disposable {
  constructor(readonly left: Socket, readonly right: Socket) {}

  [Symbol.dispose](): void {
    this.left.close();
    this.right.close();
  }
}

/** A connection to this process: both its ends as Deno gives them. */
export async function connPair(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  return await Promise.all([listener.accept(), Deno.connect({ hostname: "127.0.0.1", port })]);
}

export async function socketPair(): Promise<SocketPair> {
  const [left, right] = await connPair();
  return new SocketPair(Socket.from(left), Socket.from(right));
}

/** A listening socket on a free port. */
export function listen(): Socket {
  const server = new Socket();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  return server;
}

/** Waits until one of `events` of a socket holds. */
export async function until(events: number, sock: FileObj): Promise<number> {
  using selector = new DefaultSelector();
  selector.register(sock, events);
  const [[, seen] = [null, 0]] = await selector.select();
  return seen;
}

export const readable = (sock: FileObj): Promise<number> => until(EVENT_READ, sock);
export const writable = (sock: FileObj): Promise<number> => until(EVENT_WRITE, sock);

/** Receives exactly `size` bytes, or as many as there are before the end of the stream. */
export async function receive(sock: Socket, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    await readable(sock);
    const count = sock.tryRecvInto(bytes.subarray(filled));
    if (count === 0) break;
    filled += count ?? 0;
  }
  return bytes.subarray(0, filled);
}

/** Lets the host run for a while, long enough for what is under way on the loopback to arrive. */
export async function settle(): Promise<void> {
  using selector = new DefaultSelector();
  for (let i = 0; i < 10; i++) await selector.select(0);
}

/** The file objects that a `select()` found ready for any of `events`. */
export function readyFor(
  ready: Awaited<ReturnType<BaseSelector["select"]>>,
  events: number,
): FileObj[] {
  return ready.filter(([, mask]) => (mask & events) !== 0).map(([key]) => key.fileobj);
}

/** `size` bytes that tell their place, so that a lost or swapped one shows. */
export function pattern(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}
