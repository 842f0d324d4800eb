// Copyright 2026 the asyncio authors. MIT license.

/** `deno run ... jsr:@asyncio/asyncio/distributed worker`: a worker as a program. */

import { commandLine, onStop, setExitCode } from "./_host.ts";
import { NatsWorker, type NatsWorkerOptions } from "./nats_worker.ts";

const USAGE = `usage: distributed worker [options]

  --servers URL[,URL]     the NATS servers (127.0.0.1:4222)
  --queue NAME            the queue whose calls to do (asyncio)
  --concurrency N         how many calls at once, each in a thread (as many as processors)
  --tries N               how often a call is tried whose worker ends (3)
  --redeliver-after S     seconds without a word after which another worker gets a call (5)
  --storage file|memory   where the server keeps a queue that is new (file)`;

type Reader = (value: string) => unknown;

const number: Reader = (value) => {
  if (value === "" || !(Number(value) > 0)) throw new Error(`${value} is no positive number`);
  return Number(value);
};

const text: Reader = (value) => value;

const OPTIONS: Record<string, readonly [key: keyof NatsWorkerOptions, read: Reader]> = {
  "--servers": ["servers", text],
  "--queue": ["queue", text],
  "--concurrency": ["concurrency", number],
  "--tries": ["tries", number],
  "--redeliver-after": ["redeliverAfter", number],
  "--storage": ["storage", text],
};

/** Reads a command line; throws an error that says what is wrong with it. */
export function parse(args: readonly string[]): NatsWorkerOptions {
  const [command, ...rest] = args;
  if (command !== "worker") throw new Error(`unknown command ${JSON.stringify(command ?? "")}`);
  const options: Record<string, unknown> = {};
  for (let i = 0; i < rest.length; i += 2) {
    const option = OPTIONS[rest[i]!];
    const value = rest[i + 1];
    if (option === undefined) throw new Error(`unknown option ${rest[i]}`);
    if (value === undefined) throw new Error(`${rest[i]} needs a value`);
    const [key, read] = option;
    options[key] = read(value);
  }
  return options as NatsWorkerOptions;
}

/** The program. */
export async function main(): Promise<void> {
  let options: NatsWorkerOptions;
  try {
    options = parse(commandLine());
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return setExitCode(2);
  }
  const worker = new NatsWorker(options);
  const stopListening = onStop(() => worker.stop());
  try {
    await worker.run(() => console.log(`worker ready on ${options.servers ?? "127.0.0.1:4222"}`));
  } catch (error) {
    console.error(`the worker has ended: ${(error as Error).message}`);
    setExitCode(1);
  } finally {
    stopListening();
  }
}
