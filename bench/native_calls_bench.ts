// Copyright 2026 the asyncio authors. MIT license.

/**
 * What single calls of native sockets and selectors cost, beside the same in C and in CPython.
 *
 * @module
 */

import {
  AF_UNIX,
  EpollSelector,
  EVENT_READ,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  socketpair,
} from "@asyncio/asyncio/selectors";
import { cProgram } from "./c_program.ts";
import { denoCommand, programCommand, pythonCommand, sampleOf } from "./child.ts";
import { COLUMNS, type Competitor, type Sample, type Subject } from "./subject.ts";

const CALLS = 200_000;
const ROUNDS = 5;
const WAKES = 5_000;

/** Nanoseconds of the best of some rounds. */
function nanoseconds(call: () => void): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < CALLS; i++) call();
    best = Math.min(best, performance.now() - start);
  }
  return best * 1e6 / CALLS;
}

async function measure(): Promise<Sample> {
  const [left, right] = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
  const small = new Uint8Array(64);
  const large = new Uint8Array(16384);
  const sample: Sample = {
    exchangeInto: nanoseconds(() => {
      left.trySend(small);
      right.tryRecvInto(large);
    }),
    exchange: nanoseconds(() => {
      left.trySend(small);
      right.tryRecv(4096);
    }),
    exchangeLarge: nanoseconds(() => {
      left.trySend(large);
      right.tryRecvInto(large);
    }),
    wouldBlock: nanoseconds(() => right.tryRecv(4096)),
  };
  const selector = new EpollSelector();
  selector.register(right, EVENT_READ);
  sample.pollNothing = nanoseconds(() => selector.poll());
  sample.registering = nanoseconds(() => {
    selector.unregister(right);
    selector.register(right, EVENT_READ);
  });
  left.send(small);
  sample.pollOne = nanoseconds(() => selector.poll());
  right.recv(64);
  const start = performance.now();
  for (let i = 0; i < WAKES; i++) {
    const pending = selector.select();
    left.send(small);
    await pending;
    right.recv(64);
  }
  sample.wake = (performance.now() - start) * 1e6 / WAKES;
  selector.close();
  await selector.closed;
  left.close();
  right.close();
  return sample;
}

const file = (name: string) => new URL(name, import.meta.url).pathname;

export const subject: Subject = {
  name: "native-calls",
  title: "single calls of native sockets and selectors",
  metrics: [
    { key: "exchangeInto", label: "send and recvInto, 64 B", unit: "ns" },
    { key: "exchange", label: "send and recv, 64 B", unit: "ns" },
    { key: "exchangeLarge", label: "send and recvInto, 16 KB", unit: "ns" },
    { key: "wouldBlock", label: "recv that would block", unit: "ns" },
    { key: "pollNothing", label: "epoll, nothing ready", unit: "ns" },
    { key: "pollOne", label: "epoll, one ready", unit: "ns" },
    { key: "registering", label: "unregister and register", unit: "ns" },
    { key: "wake", label: "a wait on the pool, and back", unit: "ns" },
  ],
  rounds: 3,
  competitors({ asyncio }): Competitor[] {
    if (Deno.build.os !== "linux") return [];
    const own = file("native_calls_bench.ts");
    const competitors: Competitor[] = [
      { name: COLUMNS.selectSync, sample: () => sampleOf(denoCommand(own, [], true)) },
    ];
    const c = cProgram("calls");
    if (c) competitors.push({ name: COLUMNS.c, sample: () => sampleOf(programCommand(c)) });
    if (asyncio) {
      const python = file("python/native_calls_bench.py");
      const sample = () => sampleOf(pythonCommand(asyncio, python, [], true));
      competitors.push({ name: COLUMNS.selectors, sample });
    }
    return competitors;
  },
};

if (import.meta.main) console.log(JSON.stringify(await measure()));
