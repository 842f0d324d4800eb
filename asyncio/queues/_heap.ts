// Copyright 2026 the asyncio authors. MIT license.

/**
 * A binary heap in an array, step by step as CPython's `heapq`: items that compare as equal come out
 * in the same order as there.
 *
 * Invariant: no item is less than its parent, that of index `i` being at `(i - 1) >> 1`.
 */

/** Negative if `a` comes before `b`. Of the rest nothing is asked. */
export type Compare<T> = (a: T, b: T) => number;

/** Adds an item. CPython: Lib/heapq.py, heappush. */
export function heapPush<T>(heap: T[], item: T, compare: Compare<T>): void {
  heap.push(item);
  rise(heap, heap.length - 1, compare);
}

/** Takes the least item out; there must be one. CPython: Lib/heapq.py, heappop. */
export function heapPop<T>(heap: T[], compare: Compare<T>): T {
  const last = heap.pop() as T;
  if (heap.length === 0) return last;
  const least = heap[0] as T;
  heap[0] = last;
  rise(heap, sink(heap, compare), compare);
  return least;
}

/** Moves an item up to where it belongs. CPython: Lib/heapq.py, _siftdown. */
function rise<T>(heap: T[], index: number, compare: Compare<T>): void {
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!(compare(heap[index] as T, heap[parent] as T) < 0)) return;
    swap(heap, index, parent);
    index = parent;
  }
}

/**
 * Moves the top item all the way down, along the lesser children. Returns where it is then; from
 * there it may have to rise a little. That takes fewer comparisons than stopping at its place, since
 * an item that stood last belongs far down. CPython: Lib/heapq.py, _siftup.
 */
function sink<T>(heap: T[], compare: Compare<T>): number {
  let index = 0;
  for (let child = 1; child < heap.length; child = 2 * index + 1) {
    const right = child + 1;
    const isRightLess = right < heap.length && !(compare(heap[child] as T, heap[right] as T) < 0);
    const lesser = isRightLess ? right : child;
    swap(heap, index, lesser);
    index = lesser;
  }
  return index;
}

function swap<T>(heap: T[], a: number, b: number): void {
  const item = heap[a] as T;
  heap[a] = heap[b] as T;
  heap[b] = item;
}
