// Copyright 2026 the asyncio authors. MIT license.

/** The connection to NATS, and the streams that a queue consists of. */

import type { NatsConnection } from "npm:@nats-io/transport-node@3.4.0";
import type { JetStreamClient, JetStreamManager } from "npm:@nats-io/jetstream@3.4.0";
import type { NatsOptions } from "./nats_options.ts";
import { Names } from "./_wire.ts";

const NANOSECONDS = 1e9;

/** What the server answers to a stream that is there already, with other options. */
const STREAM_EXISTS = 10058;

/** A connection, and what is done by it. */
export interface Link {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly names: Names;
}

/** Connects, and makes the streams where they are not there yet. */
export async function openLink(options: NatsOptions): Promise<Link> {
  const { connect } = await import("npm:@nats-io/transport-node@3.4.0");
  const { jetstream, jetstreamManager } = await import("npm:@nats-io/jetstream@3.4.0");
  const connection = await connect({
    servers: options.servers === undefined ? "127.0.0.1:4222" : [...asList(options.servers)],
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    ...options.connection,
  });
  try {
    const link = {
      connection,
      jetstream: jetstream(connection),
      manager: await jetstreamManager(connection),
      names: new Names(checkQueue(options.queue ?? "asyncio")),
    };
    await makeStreams(link, options);
    return link;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function asList(servers: string | readonly string[]): readonly string[] {
  return typeof servers === "string" ? servers.split(",") : servers;
}

function checkQueue(queue: string): string {
  if (/^[\w-]+$/.test(queue)) return queue;
  throw new TypeError(
    `Cannot use ${JSON.stringify(queue)} as a queue: letters, digits, _ and - only`,
  );
}

async function makeStreams({ manager, names }: Link, options: NatsOptions): Promise<void> {
  const { AckPolicy, DiscardPolicy, RetentionPolicy, StorageType } = await import(
    "npm:@nats-io/jetstream@3.4.0"
  );
  const storage = options.storage === "memory" ? StorageType.Memory : StorageType.File;
  const max_age = (options.resultsKept ?? 3600) * NANOSECONDS;
  // One after the other: a server (2.9) that makes several at once may leave requests without an answer.
  await unlessThere(() =>
    manager.streams.add({
      name: names.calls,
      subjects: [names.call(">")],
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.New,
      max_msgs: options.maxPending ?? 100_000,
      duplicate_window: 120 * NANOSECONDS,
      storage,
    })
  );
  await unlessThere(() =>
    manager.streams.add({
      name: names.results,
      subjects: [names.result(">")],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
      max_age,
      duplicate_window: 1 * NANOSECONDS,
      allow_direct: true,
      storage,
    })
  );
  await unlessThere(() =>
    manager.streams.add({
      name: names.tries,
      subjects: [names.triesOf(">")],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: 1,
      max_age,
      allow_direct: true,
      storage,
    })
  );
  await unlessThere(() =>
    manager.consumers.add(names.calls, {
      durable_name: names.consumer,
      ack_policy: AckPolicy.Explicit,
      ack_wait: (options.redeliverAfter ?? 5) * NANOSECONDS,
      max_ack_pending: -1,
      max_deliver: -1,
    })
  );
}

/** Who comes first says how a queue is; the others take it as it is. */
async function unlessThere(add: () => Promise<unknown>, tries = 3): Promise<void> {
  try {
    await add();
  } catch (error) {
    if (errorCode(error) === STREAM_EXISTS) return;
    if (/already (?:in use|exists)/.test(String(error))) return;
    if (tries === 1 || !isPassing(error)) throw error;
    await unlessThere(add, tries - 1);
  }
}

/** The number of an error that JetStream has answered; 0 for any other. */
export function errorCode(error: unknown): number {
  const { code } = error as { code?: unknown };
  return typeof code === "number" ? code : 0;
}

/** Whether an error is of a server that is away, or not ready yet, and no answer that stays. */
export function isPassing(error: unknown): boolean {
  return errorCode(error) < 10_000 || errorCode(error) === NOT_READY;
}

/** JetStream's number for a server that has just started. */
const NOT_READY = 10008;

/** JetStream's number for a subject that is not as it was expected to be: empty, say. */
export const NOT_AS_EXPECTED = 10071;

/** JetStream's numbers for a stream that is full, of calls or of results with an id. */
export const FULL: ReadonlySet<number> = new Set([10077, 10079, 10122, 10123]);
