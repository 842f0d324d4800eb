// Copyright 2026 the asyncio authors. MIT license.

/**
 * Waiting for many sockets at once: Python's `selectors`, over two kinds of sockets.
 *
 * - Deno's own: {@linkcode DefaultSelector} and {@linkcode Socket}, which never block. They need no
 *   permission but `--allow-net`.
 * - The operating system's: {@linkcode NativeSocket}, and a selector for each system call that waits,
 *   such as {@linkcode EpollSelector}. They block where that is wanted, do datagrams, and watch any
 *   descriptor; they need `--allow-ffi`.
 *
 * @example An echo server
 * ```ts
 * import { DefaultSelector, EVENT_READ, Socket } from "@asyncio/asyncio/selectors";
 * import { assertEquals } from "@std/assert";
 *
 * using selector = new DefaultSelector<(sock: Socket) => void, Socket>();
 *
 * function accept(server: Socket) {
 *   const [conn] = server.accept(); // Should be ready
 *   selector.register(conn, EVENT_READ, echo);
 * }
 *
 * function echo(conn: Socket) {
 *   const data = conn.recv(1000); // Should be ready
 *   if (data.length > 0) {
 *     conn.send(data); // Hope it won't block
 *   } else {
 *     selector.unregister(conn);
 *     conn.close();
 *   }
 * }
 *
 * using server = new Socket();
 * server.bind(["127.0.0.1", 0]);
 * server.listen(100);
 * selector.register(server, EVENT_READ, accept);
 *
 * async function client(): Promise<string> {
 *   const [, port] = server.getsockname();
 *   using conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
 *   await conn.write(new TextEncoder().encode("Hello"));
 *   const buffer = new Uint8Array(100);
 *   const size = await conn.read(buffer);
 *   return new TextDecoder().decode(buffer.subarray(0, size ?? 0));
 * }
 *
 * let reply = "";
 * client().then((text) => reply = text);
 * while (reply === "") {
 *   const events = await selector.select();
 *   for (const [key] of events) {
 *     const callback = key.data;
 *     callback(key.fileobj);
 *   }
 * }
 * assertEquals(reply, "Hello");
 * ```
 *
 * @see {@link https://docs.python.org/3/library/selectors.html}
 *
 * @module
 */

export { BaseSelector } from "./base_selector.ts";
export * from "./constants.ts";
export { DefaultSelector, DenoSelector } from "./deno/deno_selector.ts";
export { DevpollSelector } from "./native/devpoll_selector.ts";
export { EpollSelector } from "./native/epoll_selector.ts";
export * from "./errors.ts";
export { EVENT_READ, EVENT_WRITE } from "./events.ts";
export type { FileObj } from "./file_object.ts";
export { KqueueSelector } from "./native/kqueue_selector.ts";
export { NativeSelector } from "./native/native_selector.ts";
export { NativeSocket } from "./native/native_socket.ts";
export type { NonBlockingPipe } from "./non_blocking_pipe.ts";
export type { NonBlockingSocket } from "./non_blocking_socket.ts";
export { PollSelector } from "./native/poll_selector.ts";
export { Registration } from "./registration.ts";
export { inspectAsText, repr } from "./_repr.ts";
export { SelectSelector } from "./native/select_selector.ts";
export { SelectorKey } from "./selector_key.ts";
export type { SocketAddress } from "./socket_address.ts";
export { socketpair } from "./native/socketpair.ts";
export type { DenoSocket } from "./deno/deno_socket.ts";
export { Socket } from "./deno/socket.ts";
