// Copyright 2026 the asyncio authors. MIT license.

import type { Change, LogLine, LoopValues, Tables } from "../timeline/timeline.ts";

/**
 * The state of a program as it is, and what has changed of it since the last step: a change tells what
 * was there before, so that it can be taken back.
 */
export class Changes {
  /**
   * Whether the first and the last state of a row are enough, and not all in between: of a step that is
   * many steps in truth.
   */
  isBrief = false;
  readonly #tables: { readonly [T in keyof Tables]: Map<string, Tables[T]> } = {
    tasks: new Map(),
    entries: new Map(),
    timers: new Map(),
    rows: new Map(),
    frames: new Map(),
  };
  readonly #loop: LoopValues = { now: 0, running: null, batch: 0, turn: 0 };
  readonly #ready: string[] = [];
  #changes: Change[] = [];
  /** Where among the changes each row's is, if they are brief. */
  readonly #places = new Map<string, number>();

  /** The rows of a table. */
  rows<T extends keyof Tables>(table: T): ReadonlyMap<string, Tables[T]> {
    return this.#tables[table];
  }

  /** What is true of the loop. */
  get loop(): Readonly<LoopValues> {
    return this.#loop;
  }

  /** Sets a row; `null` removes it. */
  set<T extends keyof Tables>(table: T, key: string, is: Tables[T] | null): void {
    const rows: Map<string, Tables[T]> = this.#tables[table];
    const was = rows.get(key) ?? null;
    if (was === null && is === null) return;
    if (is === null) rows.delete(key);
    else rows.set(key, is);
    this.#note([table, key, was, is] as unknown as Change);
  }

  /** Sets what is true of the loop. */
  setLoop<K extends keyof LoopValues>(key: K, is: LoopValues[K]): void {
    const was = this.#loop[key];
    if (was === is) return;
    this.#loop[key] = is;
    this.#note(["loop", key, was, is] as unknown as Change);
  }

  /** An entry goes to the end of the ready queue. */
  addReady(id: string): void {
    this.#changes.push(["ready", this.#ready.length, null, id]);
    this.#ready.push(id);
  }

  /** An entry is taken out of it; the first of a batch begins the next turn. */
  takeReady(id: string): void {
    const { batch, turn } = this.#loop;
    if (batch === 0) {
      this.setLoop("batch", this.#ready.length);
      this.setLoop("turn", turn + 1);
    }
    const position = this.#ready.indexOf(id);
    if (position < 0) return;
    this.#ready.splice(position, 1);
    this.#changes.push(["ready", position, id, null]);
    this.setLoop("batch", Math.max(this.#loop.batch - 1, 0));
  }

  /** A line is written. */
  log(level: LogLine["level"], text: string): void {
    this.#changes.push(["log", { level, text, time: this.#loop.now }]);
  }

  /** The changes since the last time. */
  take(): Change[] {
    const changes = this.#changes;
    this.#changes = [];
    this.#places.clear();
    return changes;
  }

  #note(change: Change): void {
    if (!this.isBrief) return void this.#changes.push(change);
    const place = `${change[0]} ${change[1]}`;
    const index = this.#places.get(place);
    if (index === undefined) {
      this.#places.set(place, this.#changes.push(change) - 1);
    } else {
      const [table, key, was] = this.#changes[index]!;
      this.#changes[index] = [table, key, was, change[3]] as unknown as Change;
    }
  }
}
