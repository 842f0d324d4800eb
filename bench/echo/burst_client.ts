// Copyright 2026 the asyncio authors. MIT license.

/**
 * The client of several echo servers that are measured beside one another: it talks to one at a time, in
 * bursts that alternate, with one message of SIZE bytes in flight on each connection.
 *
 *     deno run --allow-net --allow-read bench/echo/burst_client.ts CONNECTIONS SIZE BURSTS PORT:PID ...
 *
 * Prints the CPU microseconds that each server used for a message, for each of its bursts.
 *
 * @module
 */

import { preciseCpuSeconds } from "../process_usage.ts";

/** Milliseconds before the measured bursts, for compilers and caches. */
const WARM_UP = 2000;
/** Milliseconds of a burst. */
const BURST = 200;

const [connections, size, bursts] = Deno.args.slice(0, 3).map(Number) as [number, number, number];
const message = new Uint8Array(size).fill(65);

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** One server and the connections to it, which talk as long as a burst lasts. */
class Peer {
  readonly #port: number;
  readonly #pid: number;
  #messages = 0;
  #isTalking = false;
  #talking = 0;
  #resume: (() => void)[] = [];
  #silence = () => {};

  constructor(port: number, pid: number) {
    this.#port = port;
    this.#pid = pid;
  }

  async connect(): Promise<void> {
    for (let i = 0; i < connections; i++) {
      this.#talk(await Deno.connect({ hostname: "127.0.0.1", port: this.#port }));
    }
  }

  /** Gives the CPU microseconds a message. */
  async burst(milliseconds: number): Promise<number> {
    const [cpu, messages] = [preciseCpuSeconds(this.#pid), this.#messages];
    const silent = new Promise<void>((resolve) => this.#silence = resolve);
    this.#isTalking = true;
    this.#talking = connections;
    for (const resume of this.#resume.splice(0)) resume();
    await pause(milliseconds);
    this.#isTalking = false;
    await silent;
    return (preciseCpuSeconds(this.#pid) - cpu) * 1e6 / (this.#messages - messages);
  }

  async #talk(connection: Deno.TcpConn): Promise<never> {
    const buffer = new Uint8Array(size);
    while (true) {
      if (!this.#isTalking) await this.#pause();
      for (let sent = 0; sent < size;) sent += await connection.write(message.subarray(sent));
      for (let received = 0; received < size;) {
        const n = await connection.read(buffer);
        if (n === null) throw new Error("the server closed a connection");
        received += n;
      }
      this.#messages++;
    }
  }

  #pause(): Promise<void> {
    if (this.#talking > 0 && --this.#talking === 0) this.#silence();
    return new Promise((resolve) => this.#resume.push(resolve));
  }
}

const peers = Deno.args.slice(3).map((server) => {
  const [port, pid] = server.split(":").map(Number) as [number, number];
  return new Peer(port, pid);
});
for (const peer of peers) await peer.connect();
for (const peer of peers) await peer.burst(WARM_UP);
const all: number[][] = peers.map(() => []);
for (let i = 0; i < bursts; i++) {
  for (const [server, peer] of peers.entries()) all[server]!.push(await peer.burst(BURST));
}
console.log(JSON.stringify(all));
Deno.exit();
