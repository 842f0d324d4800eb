// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stage 2: ten requests at once, with a selector and a class. Its methods are the callbacks, and what
 * they share are its fields: a state machine by hand, one level deep however many waits there are.
 *
 * From "The road to a million concurrent tasks", section 4.2.
 *
 *     deno run --allow-net=127.0.0.1 examples/million/stage2_classes.ts
 *
 * Options: `--host`, `--port`. Start slow_server.ts first: the ten answers of five seconds each are
 * here in five seconds, not in fifty.
 *
 * Where it differs from Python: `select()` is awaited, and methods are registered bound to their
 * object, which Python's are by themselves.
 *
 * @module
 */

import * as selectors from "@asyncio/asyncio/selectors";
import { BlockingIOError, Socket } from "@asyncio/asyncio/selectors";
import { options, port, program, text } from "../_options.ts";

type Callback = (key: selectors.SelectorKey<Callback>, mask: number) => void;

const selector = new selectors.DefaultSelector<Callback>();
const dataToSend = new Set<number>();

class BasicTCPClient {
  readonly #host: string;
  readonly #port: number;
  readonly #reqId: number;
  readonly #sock: Socket;

  constructor(reqId: number, host: string, port: number) {
    this.#host = host;
    this.#port = port;
    this.#reqId = reqId;
    const sock = new Socket(selectors.AF_INET, selectors.SOCK_STREAM);
    sock.setblocking(false);
    this.#sock = sock;
  }

  makeTcpRequest(): void {
    try {
      this.#sock.connect([this.#host, this.#port]);
    } catch (error) {
      if (!(error instanceof BlockingIOError)) throw error;
    }
    selector.register(this.#sock.fileno(), selectors.EVENT_WRITE, this.#onConnected.bind(this));
  }

  #onConnected(key: selectors.SelectorKey<Callback>, _mask: number): void {
    selector.unregister(key.fd);
    const message = `Request ${this.#reqId}`;
    this.#sock.send(message);
    selector.register(this.#sock.fileno(), selectors.EVENT_READ, this.#onDataReceived.bind(this));
  }

  #onDataReceived(key: selectors.SelectorKey<Callback>, _mask: number): void {
    const data = this.#sock.recv(4096);
    const response = new TextDecoder().decode(data);
    console.log(`Response for Request ${this.#reqId}: ${response}`);
    selector.unregister(key.fd);
    this.#sock.close();
    dataToSend.delete(this.#reqId);
  }
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
  for (const reqId of [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]) dataToSend.add(reqId);
  const clients = [...dataToSend].map((reqId) => new BasicTCPClient(reqId, host, port));
  for (const client of clients) {
    client.makeTcpRequest();
  }
  await selectLoop();
  console.log(`Ten requests in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

if (import.meta.main) {
  const { host, port: at } = options({ host: text("localhost"), port: port(8000) });
  await program(`send requests to ${host}:${at}`, () => main(host, at));
}
