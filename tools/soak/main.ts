// Copyright 2026 the asyncio authors. MIT license.

/**
 * Streams under load and faults for minutes:
 *
 *     deno task soak [--minutes N] [--seed N] [--selector deno|select|poll|epoll|kqueue] [--run async|sync]
 *
 * Clients of every temper meet servers over TCP, over Unix sockets and over TLS, each a few times: they
 * echo, read slowly, end halfway, break off, never read, are cancelled wherever they wait. Whoever is
 * to get an answer compares it byte by byte. At the end nothing may be open, no task alive, the memory
 * at rest, and no error may have reached the exception handler. `--run sync` is `runSync()`, which has
 * no TLS.
 *
 * @module
 */

import {
  allTasks,
  CancelledError,
  type Coroutine,
  getRunningLoop,
  openConnection,
  openUnixConnection,
  run,
  runSync,
  type Server,
  sleep,
  startServer,
  startUnixServer,
} from "@asyncio/asyncio";
import { localhost } from "../../tests/asyncio/_certificates.ts";
import { authorityIdentity } from "../../tests/asyncio/_certificates.ts";
import { count as atLeast, options, seed } from "../../examples/_options.ts";
import { on, selector } from "../../examples/_selector.ts";
import { client, count, counts, echo, Random } from "./clients.ts";
import { countDescriptors, MemoryGauge } from "./gauge.ts";

/** How many clients there are at a time. */
const CLIENTS = 40;

/** Seconds after which who is still here will stay for ever. */
const PATIENCE = 60;

/** A server, and how to become its client. */
interface Place {
  readonly server: Server | Server<string>;
  visit(random: Random): Coroutine<void>;
}

function* tcp(): Coroutine<Place> {
  const server = yield* startServer(echo, "127.0.0.1", 0, { backlog: 1000 });
  const [host, port] = server.sockets[0].getsockname();
  return {
    server,
    *visit(random) {
      yield* client(yield* openConnection(host, port), random);
    },
  };
}

function* unix(path: string): Coroutine<Place> {
  return {
    server: yield* startUnixServer(echo, path, { backlog: 1000 }),
    *visit(random) {
      yield* client(yield* openUnixConnection(path), random);
    },
  };
}

function* tls(): Coroutine<Place> {
  const times = { sslShutdownTimeout: 5 };
  const ssl = { cert: localhost.cert, key: localhost.key };
  const server = yield* startServer(echo, "127.0.0.1", 0, { ssl, backlog: 1000, ...times });
  const [host, port] = server.sockets[0].getsockname();
  const trust = {
    ssl: { caCerts: [authorityIdentity.cert] },
    serverHostname: "localhost",
    ...times,
  };
  return {
    server,
    *visit(random) {
      yield* client(yield* openConnection(host, port, trust), random);
    },
  };
}

/** Client after client, some of them cancelled somewhere. */
function* visit(place: Place, random: Random, end: number): Coroutine<void> {
  const loop = getRunningLoop();
  while (loop.time() < end) {
    const task = loop.createTask(place.visit(random));
    if (random.below(5) === 0) {
      loop.callLater(random.below(20) / 1000, () => task.cancel());
    }
    try {
      yield* task;
    } catch (error) {
      if (!(error instanceof CancelledError) || !task.cancelled()) throw error;
      count("cancelled");
    }
    count("clients");
  }
}

function* waitUntil(so: () => boolean): Coroutine<void> {
  for (let i = 0; i < 2000 && !so(); i++) yield* sleep(0.005);
}

/** Returns whether nothing was left, and nothing reported. */
function* soak(places: readonly Place[], seconds: number, seed: number): Coroutine<void> {
  const loop = getRunningLoop();
  const gauge = new MemoryGauge(seconds);
  const start = loop.time();
  const visitors = Array.from({ length: CLIENTS }, (_, i) => {
    const place = places[i % places.length]!;
    return loop.createTask(visit(place, new Random(seed + i), start + seconds));
  });
  while (visitors.some((visitor) => !visitor.done())) {
    yield* sleep(0.25);
    gauge.look(loop.time() - start);
    if (loop.time() < start + seconds + PATIENCE) continue;
    throw new Error(`clients that do not end:\n${[...allTasks()].join("\n")}`);
  }
  for (const visitor of visitors) yield* visitor;
  for (const { server } of places) {
    server.close();
    yield* server.waitClosed();
  }
  console.log(counts);
  console.log(`resident memory, MB: ${gauge}`);
  if (!gauge.isAtRest) throw new Error("the memory grows");
}

function* main(isSync: boolean, seconds: number, seed: number): Coroutine<boolean> {
  const reported: unknown[] = [];
  getRunningLoop().setExceptionHandler((_, context) => reported.push(context));
  const directory = Deno.makeTempDirSync();
  const descriptors = countDescriptors();
  try {
    const places = [yield* tcp(), yield* unix(`${directory}/socket`)];
    if (!isSync) places.push(yield* tls());
    yield* soak(places, seconds, seed);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
  yield* waitUntil(() => allTasks().size === 1 && countDescriptors() <= descriptors);
  const left = [...allTasks()].filter((task) => task.getName() !== "Task-1");
  const more = countDescriptors() - descriptors;
  console.log({ reported: reported.length, tasksLeft: left.length, descriptorsLeft: more });
  if (reported.length > 0 || left.length > 0) {
    console.error(reported.slice(0, 5), left.slice(0, 5).map(String));
  }
  return reported.length === 0 && left.length === 0 && more <= 0;
}

const WAYS = ["async", "sync"] as const;

const given = options({
  minutes: atLeast(2),
  seed: seed(),
  selector: selector(),
  run: {
    default: "async" as typeof WAYS[number],
    rule: "async or sync",
    read: (text: string) => WAYS.find((way) => way === text),
  },
});
const seconds = given.minutes * 60;
const first = given.seed ?? Date.now() % 1e9;
const isSync = given.run === "sync";
console.log(`${given.minutes} minutes on ${given.selector} (${given.run}), seed ${first}`);
const loop = on(given.selector);
const clean = isSync
  ? runSync(main(true, seconds, first), loop)
  : await run(main(false, seconds, first), loop);
if (!clean) Deno.exit(1);
