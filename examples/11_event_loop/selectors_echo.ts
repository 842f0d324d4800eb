// Copyright 2026 the asyncio authors. MIT license.

/**
 * An echo server: what a selector is for, in thirty lines.
 *
 * From the documentation of Python's selectors module, 18.4.3 ("Examples").
 *
 *     deno run --allow-net=127.0.0.1 examples/11_event_loop/selectors_echo.ts
 *
 * Options: `--host`, `--port`, `--selector`. Talk to it with `nc localhost 8000`.
 *
 * Where it differs from Python: `select()` is awaited, a signal ends the loop, and where the original
 * hopes that a client reads what it is sent, this one parts from those that do not.
 *
 * @module
 */

import * as selectors from "@asyncio/asyncio/selectors";
import { options, port, program, stopSignal, text } from "../_options.ts";
import { type AnySocket, select, selector, type SelectorName } from "../_selector.ts";

type Callback = (sock: AnySocket, mask: number) => void;

/** Runs the server until the signal aborts. */
export async function main(
  host: string,
  port: number,
  signal: AbortSignal,
  name: SelectorName = "deno",
): Promise<void> {
  const { selector: sel, socket: sock } = select<Callback>(name);

  function accept(sock: AnySocket, _mask: number): void {
    const [conn, addr] = sock.accept(); // Should be ready
    console.log("accepted", conn, "from", addr);
    conn.setblocking(false);
    sel.register(conn, selectors.EVENT_READ, guarded(read));
  }

  function read(conn: AnySocket, _mask: number): void {
    const data = conn.recv(1000); // Should be ready
    if (data.length > 0) {
      console.log("echoing", JSON.stringify(new TextDecoder().decode(data)), "to", conn);
      conn.sendall(data); // Hope it won't block
    } else {
      close(conn);
    }
  }

  function close(conn: AnySocket): void {
    console.log("closing", conn);
    sel.unregister(conn);
    conn.close();
  }

  /** The callback, but a client that makes it fail is dropped. */
  function guarded(callback: Callback): Callback {
    return (conn, mask) => {
      try {
        callback(conn, mask);
      } catch (error) {
        console.log("dropping", conn, (error as Error).message);
        sel.unregister(conn);
        conn.abort(); // Not close(), which would wait until all is sent
      }
    };
  }

  sock.bind([host, port]);
  sock.listen(100);
  sock.setblocking(false);
  sel.register(sock, selectors.EVENT_READ, accept);
  console.log("listening on", sock.getsockname());

  signal.addEventListener("abort", () => {
    for (const { fileobj } of sel.getMap()?.values() ?? []) fileobj.close();
    sel.close(); // Ends select()
  });
  while (!signal.aborted) {
    const events = await sel.select();
    for (const [key, mask] of events) {
      const callback = key.data;
      callback(key.fileobj, mask);
    }
  }
}

if (import.meta.main) {
  const { host, port: at, selector: name } = options({
    host: text("localhost"),
    port: port(8000),
    selector: selector(),
  });
  await program(`serve on ${host}:${at}`, () => main(host, at, stopSignal(), name));
}
