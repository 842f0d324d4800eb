// Copyright 2026 the asyncio authors. MIT license.

/** How often a call has begun and never ended: what outlives the worker that it has ended with it. */

import type { Link } from "./_nats.ts";

/**
 * Notes on the calls that the server gives out again: how many of their tries are over without an end.
 *
 * The server counts how often it has given a call out, which is not the same: most of those that a worker
 * hands back, or holds as it dies, have never begun. A note is written where a call comes back, and
 * read where it is given out again, so that the others cost nothing.
 */
export class Tries {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  /** How often a call has begun; once, of one whose worker has left no word. */
  async read(sequence: number): Promise<number> {
    const { manager, names } = this.#link;
    const found = await manager.direct.getMessage(names.tries, {
      last_by_subj: names.triesOf(sequence),
    });
    return found === null ? 1 : Number(found.string());
  }

  /** Notes it. */
  async write(sequence: number, count: number): Promise<void> {
    const { jetstream, names } = this.#link;
    await jetstream.publish(names.triesOf(sequence), String(count));
  }

  /** Whether the result of a call is there: its worker has done it, and could not say so. */
  async isDone(id: string): Promise<boolean> {
    const { manager, names } = this.#link;
    const query = { last_by_subj: names.result(id) };
    return await manager.direct.getMessage(names.results, query) !== null;
  }
}
