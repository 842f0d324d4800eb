// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stage 1: ten requests at once, with a selector and callbacks in callbacks. Each callback ends where
 * the program would have to wait, and leaves the next one to the selector. With two waits it can be
 * read; imagine ten.
 *
 * From "The road to a million concurrent tasks", section 4.1.
 *
 *     deno run --allow-net=127.0.0.1 examples/million/stage1_callbacks.ts
 *
 * Options: `--host`, `--port`. Start slow_server.ts first: the ten answers of five seconds each are
 * here in five seconds, not in fifty.
 *
 * Where it differs from Python: `select()` is awaited.
 *
 * @module
 */

import * as selectors from "@asyncio/asyncio/selectors";
import { BlockingIOError, Socket } from "@asyncio/asyncio/selectors";
import { options, port, program, text } from "../_options.ts";

type Callback = (key: selectors.SelectorKey<Callback>, mask: number) => void;

const selector = new selectors.DefaultSelector<Callback>();
const dataToSend = new Set<number>();

function makeTcpRequest(reqId: number, host: string, port: number): void {
  const sock = new Socket(selectors.AF_INET, selectors.SOCK_STREAM);
  sock.setblocking(false);
  try {
    sock.connect([host, port]);
  } catch (error) {
    if (!(error instanceof BlockingIOError)) throw error;
  }

  function onConnected(key: selectors.SelectorKey<Callback>, _mask: number): void {
    selector.unregister(key.fd);
    const message = `Request ${reqId}`;
    sock.send(message);

    function onDataReceived(key: selectors.SelectorKey<Callback>, _mask: number): void {
      const data = sock.recv(4096);
      const response = new TextDecoder().decode(data);
      console.log(`Response for Request ${reqId}: ${response}`);
      selector.unregister(key.fd);
      sock.close();
      dataToSend.delete(reqId);
    }

    selector.register(sock.fileno(), selectors.EVENT_READ, onDataReceived);
  }

  selector.register(sock.fileno(), selectors.EVENT_WRITE, onConnected);
}

async function selectLoop(): Promise<void> {
  while (dataToSend.size > 0) {
    const events = await selector.select(1);
    for (const [key, mask] of events) {
      const callback = key.data;
      callback(key, mask);
    }
  }
}

/** Sends ten requests, and says how long they took. */
export async function main(host: string, port: number): Promise<void> {
  const start = performance.now();
  for (const reqId of [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]) {
    dataToSend.add(reqId);
    makeTcpRequest(reqId, host, port);
  }
  await selectLoop();
  console.log(`Ten requests in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

if (import.meta.main) {
  const { host, port: at } = options({ host: text("localhost"), port: port(8000) });
  await program(`send requests to ${host}:${at}`, () => main(host, at));
}
