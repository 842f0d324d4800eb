// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { run } from "../../coroutines/turns/_ready_queue.ts";
import { dropped, popped, type TimerEntry, TimerHeap } from "../../coroutines/turns/_timer_heap.ts";
import type { TimerRow } from "../../watch/timeline/timeline.ts";
import { HeapPicture } from "../../watch/worker/heap.ts";

class Timer implements TimerEntry {
  [dropped] = false;
  isIn = true;

  constructor(readonly id: string) {}

  [popped](): void {
    this.isIn = false;
  }

  [run](): void {}
}

/** Checks that rows make a heap without a hole. */
function check(rows: ReadonlyMap<string, TimerRow>): void {
  const sorted = [...rows.values()].sort((a, b) => a.place - b.place);
  sorted.forEach(({ place, when }, i) => {
    assertEquals(place, i);
    if (i > 0) assert(sorted[(i - 1) >> 1]!.when <= when);
  });
}

for (const [name, most] of [["few", 12], ["many", 300]] as const) {
  Deno.test(`HeapPicture has ${name} timers in the places in which the loop has them`, () => {
    const heap = new TimerHeap();
    const rows = new Map<string, TimerRow>();
    const picture = new HeapPicture((id, row) => row ? rows.set(id, row) : rows.delete(id));
    const timers: Timer[] = [];
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    for (let i = 0; i < 5000; i++) {
      const choice = random(4);
      if (choice < 2 && heap.size < most) {
        const timer = new Timer(String(i));
        const when = random(5);
        timers.push(timer);
        heap.push(when, timer);
        picture.push(timer.id, when);
      } else if (choice === 2 && timers.length > 0) {
        const timer = timers[random(timers.length)]!;
        if (!timer.isIn || timer[dropped]) continue;
        timer[dropped] = true;
        heap.noteCancelled(timer);
        picture.cancel(timer.id);
      } else {
        heap.prune();
        picture.prune();
        if (heap.size === 0) continue;
        // Of several that are due at once, it is the place that says which comes first.
        const { id } = heap.pop() as Timer;
        assertEquals(rows.get(id)?.place, 0);
        picture.fire(id);
      }
      assertEquals(rows.size, heap.size);
      check(rows);
    }
    picture.clear();
    assertEquals(rows.size, 0);
  });
}
