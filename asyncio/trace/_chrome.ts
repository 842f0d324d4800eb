// Copyright 2026 the asyncio authors. MIT license.

/**
 * A trace in the format of Chrome's `about:tracing`, which Perfetto reads, too.
 *
 * Perfetto counts in whole nanoseconds, and cuts off what is less; slices of a track have to lie within
 * one another or apart; an arrow begins in the slice that is open where it begins. So times are a little
 * more than the nanosecond, and durations a little less; what is ready together on the loop's own track
 * is told as pairs of events; and all are in the order of their times, steps first.
 */

import {
  type Events,
  HOST,
  INSTANT,
  KINDS,
  READY,
  type Recorded,
  STEP,
  WAIT,
  WAKE,
} from "./_events.ts";

/** How many lines are a part of the whole. */
const CHUNK = 10_000;

/** The trace as JSON, in parts: of millions of events, the whole is longer than a string can be. */
export function* chromeTraceOf(trace: Recorded): Generator<string> {
  let lines = ['{"displayTimeUnit":"ns","traceEvents":['];
  let separator = "";
  for (const line of linesOf(trace)) {
    lines.push(separator + line);
    separator = ",";
    if (lines.length < CHUNK) continue;
    yield `${lines.join("\n")}\n`;
    lines = [];
  }
  yield `${lines.join("\n")}\n]}`;
}

function* linesOf({ events, texts, tracks }: Recorded): Generator<string> {
  yield JSON.stringify({ ph: "M", name: "process_name", pid: 1, args: { name: "asyncio" } });
  for (let track = 0; track < tracks.length; track++) {
    yield line({ ph: "M", name: "thread_name", args: { name: tracks[track]! } }, track);
    yield line({ ph: "M", name: "thread_sort_index", args: { sort_index: track } }, track);
  }
  for (const i of inOrder(events)) yield* event(events, texts, i);
}

function* event(events: Events, texts: readonly string[], i: number): Generator<string> {
  const { kinds, starts, durations, places } = events;
  const kind = kinds[i]!;
  const track = events.tracks[i]!;
  const ts = timeOf(starts[i]!);
  const cat = KINDS[kind]!;
  if (kind === WAKE) {
    yield line({ ph: "s", id: i, name: "wakes", cat, ts }, track);
    // It ends at the next slice of whoever is woken.
    return yield line({ ph: "f", id: i, name: "wakes", cat, ts }, events.texts[i]!);
  }
  const text = texts[events.texts[i]!]!;
  if (kind === INSTANT) return yield line({ ph: "i", s: "t", name: text, cat, ts }, track);
  const name = nameOf(kind, text);
  if (kind === READY && track === 0) {
    yield line({ ph: "b", id: i, name, cat, ts }, track);
    return yield line({ ph: "e", id: i, name, cat, ts: timeOf(starts[i]! + durations[i]!) }, track);
  }
  const place = texts[places[i]!]!;
  const args = place === "" ? {} : { args: { where: place } };
  const dur = nanoseconds(starts[i]! + durations[i]!) - nanoseconds(starts[i]!);
  yield line({ ph: "X", name, cat, ts, dur: Math.max(0, dur - 0.6) / 1000, ...args }, track);
}

/** The numbers of the events, by their times; of those at one time, steps first. */
function inOrder({ length, kinds, starts }: Events): Uint32Array {
  const rank = (i: number) => kinds[i] === STEP ? 0 : 1;
  return Uint32Array.from({ length }, (_, i) => i)
    .sort((a, b) =>
      nanoseconds(starts[a]!) - nanoseconds(starts[b]!) || rank(a) - rank(b) || a - b
    );
}

/** Of microseconds. */
function nanoseconds(time: number): number {
  return Math.round(time * 1000);
}

/** In microseconds, so that the nanosecond is the same whether the rest is cut off or rounded. */
function timeOf(time: number): number {
  return (nanoseconds(time) + 0.25) / 1000;
}

function nameOf(kind: number, text: string): string {
  if (kind === STEP) return text || "step";
  if (kind === WAIT) return `waits for ${text}`;
  return kind === READY ? "ready" : kind === HOST ? text : "";
}

/** Threads are counted from 1: Perfetto takes number 0 for the idle one. */
function line(event: Record<string, unknown>, track: number): string {
  return JSON.stringify({ ...event, pid: 1, tid: track + 1 });
}
