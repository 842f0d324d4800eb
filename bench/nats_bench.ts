// Copyright 2026 the asyncio authors. MIT license.

/**
 * Small calls through one NATS server on this machine, done by two workers; beside it the same messages
 * with nothing but the clients: what the server itself can do.
 *
 * @module
 */

import { NatsExecutor } from "@asyncio/asyncio/distributed";
import { moduleFunction } from "@asyncio/asyncio";
import { connect } from "npm:@nats-io/transport-node@3.4.0";
import {
  AckPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "npm:@nats-io/jetstream@3.4.0";
import { hasServer, NatsServer, WorkerProcess } from "../tests/distributed/_server.ts";
import { denoCommand, sampleOf } from "./child.ts";
import { COLUMNS, type Sample, type Subject } from "./subject.ts";

const CALLS = 20_000;
const AT_ONCE = 2000;

/** What the workers do. */
export function identity(n: number): number {
  return n;
}

const FILE = new URL(import.meta.url).pathname;

export const subject: Subject = {
  name: "nats",
  title: "small calls through a NATS server, in memory, two workers",
  metrics: [
    { key: "call", label: "a call over NATS, many at once", unit: "us" },
    { key: "answer", label: "a call over NATS, one after the other", unit: "us" },
  ],
  rounds: 3,
  competitors: () =>
    hasServer
      ? [
        { name: COLUMNS.generators, sample: () => sampleOf(denoCommand(FILE, ["executor"])) },
        { name: COLUMNS.bareDeno, sample: () => sampleOf(denoCommand(FILE, ["bare"])) },
      ]
      : [],
};

async function microsecondsEach(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return 1000 * (performance.now() - start) / count;
}

async function sampleExecutor(server: NatsServer): Promise<Sample> {
  const flags = ["--storage", "memory", "--concurrency", "1"];
  await using _one = await WorkerProcess.start(server, ...flags);
  await using _two = await WorkerProcess.start(server, ...flags);
  await using executor = new NatsExecutor({ servers: server.url, storage: "memory" });
  const call = moduleFunction(import.meta, identity);
  const many = async () => {
    const results = executor.map(call, Array(CALLS).keys(), { buffersize: AT_ONCE });
    let expected = 0;
    for await (const n of results) if (n !== expected++) throw new Error("out of order");
  };
  const each = async () => {
    for (let i = 0; i < 200; i++) await executor.submit(call, i);
  };
  await many();
  return {
    call: await microsecondsEach(CALLS, many),
    answer: await microsecondsEach(200, each),
  };
}

/** The same messages: a call into a stream, its result into another, acknowledged. */
async function sampleBare(server: NatsServer): Promise<Sample> {
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  const client = jetstream(connection);
  const common = { storage: StorageType.Memory, discard: DiscardPolicy.New };
  await manager.streams.add({
    ...common,
    name: "calls",
    subjects: ["bare.call.>"],
    retention: RetentionPolicy.Workqueue,
  });
  await manager.streams.add({ ...common, name: "results", subjects: ["bare.result.>"] });
  await manager.consumers.add("calls", { durable_name: "w", ack_policy: AckPolicy.Explicit });
  const workers = [0, 1].map(() =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", FILE, "worker", server.url],
    })
      .spawn()
  );
  let left = 0;
  let done = () => {};
  connection.subscribe("bare.result.>", {
    callback: () => {
      if (--left === 0) done();
    },
  });
  const data = new TextEncoder().encode(JSON.stringify({ url: FILE, name: "identity", args: [1] }));
  let number = 0;
  const many = async (count = CALLS) => {
    left = count;
    const finished = new Promise<void>((resolve) => done = resolve);
    const last = number + count;
    await Promise.all(Array.from({ length: 256 }, async () => {
      while (number < last) {
        const id = String(number++);
        await client.publish(`bare.call.${id}`, data, { msgID: id });
      }
    }));
    await finished;
  };
  const each = async () => {
    for (let i = 0; i < 200; i++) {
      left = 1;
      const finished = new Promise<void>((resolve) => done = resolve);
      const id = String(number++);
      await client.publish(`bare.call.${id}`, data, { msgID: id });
      await finished;
    }
  };
  await many();
  const sample = {
    call: await microsecondsEach(CALLS, many),
    answer: await microsecondsEach(200, each),
  };
  for (const worker of workers) worker.kill("SIGKILL");
  await connection.close();
  return sample;
}

async function bareWorker(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  const client = jetstream(connection);
  const consumer = await client.consumers.get("calls", "w");
  await consumer.consume({
    max_messages: 200,
    callback: (message) => {
      const stored = client.publish(message.subject.replace("call", "result"), message.data);
      stored.then(() => message.ack());
    },
  });
}

if (import.meta.main) {
  const [what, url] = Deno.args;
  if (what === "worker") await bareWorker(url!);
  else {
    await using server = await NatsServer.start();
    const sample = what === "executor" ? await sampleExecutor(server) : await sampleBare(server);
    console.log(JSON.stringify(sample));
  }
}
