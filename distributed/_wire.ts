// Copyright 2026 the asyncio authors. MIT license.

/**
 * What executors and workers say to each other, and on which subjects.
 *
 * Calls go into a stream from which each is taken by one worker; results into another, which keeps one to an
 * id and no more: whoever does a call a second time, because the one before is thought dead, is told that
 * its result is not needed. What is not to be kept, progress say, passes outside of streams.
 */

import { packing, v8 } from "../asyncio/executors/mod.ts";

/** A call as it travels. */
export interface CallPayload {
  readonly url: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** An outcome as it travels: the result, or the error. */
export type ResultPayload =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** What a worker tells of a call that is under way. */
export type EventPayload =
  | { readonly progress: unknown }
  | { readonly begun: true }
  /** Somebody has taken the call back, for all who wait for it; the number is its own in the stream. */
  | { readonly cancelled: number };

/** The names that belong to a queue. */
export class Names {
  readonly calls: string;
  readonly results: string;
  readonly tries: string;
  readonly consumer = "workers";
  readonly #queue: string;

  constructor(queue: string) {
    this.#queue = queue;
    this.calls = `${queue}_calls`;
    this.results = `${queue}_results`;
    this.tries = `${queue}_tries`;
  }

  /** The subject of calls; for one, or for all. */
  call(id: string): string {
    return `${this.#queue}.call.${id}`;
  }

  result(id: string): string {
    return `${this.#queue}.result.${id}`;
  }

  /** The subject of notes on a call, by its number in the stream; on one, or on all. */
  triesOf(sequence: number | ">"): string {
    return `${this.#queue}.tries.${sequence}`;
  }

  event(id: string): string {
    return `${this.#queue}.event.${id}`;
  }

  get cancel(): string {
    return `${this.#queue}.cancel`;
  }

  /** The id of which a subject speaks. */
  idOf(subject: string): string {
    return subject.split(".").slice(2).join(".");
  }
}

const { serialize, deserialize } = packing(v8());

export { deserialize, serialize };
