// Copyright 2026 the asyncio authors. MIT license.

import { HOST, INSTANT, KINDS, READY, type Recorded, STEP, WAIT, WAKE } from "./_events.ts";

/** A trace in the format of Chrome's `about:tracing`, which Perfetto reads, too. */
export function chromeTraceOf(trace: Recorded): string {
  return `{"displayTimeUnit":"ms","traceEvents":[\n${[...linesOf(trace)].join(",\n")}\n]}`;
}

function* linesOf({ events, texts, tracks }: Recorded): Generator<string> {
  for (let track = 0; track < tracks.length; track++) {
    yield line({ ph: "M", name: "thread_name", args: { name: tracks[track]! } }, track);
    yield line({ ph: "M", name: "thread_sort_index", args: { sort_index: track } }, track);
  }
  const { kinds, starts, durations, places } = events;
  for (let i = 0; i < events.length; i++) {
    const kind = kinds[i]!;
    const track = events.tracks[i]!;
    const ts = starts[i]!;
    const cat = KINDS[kind]!;
    if (kind === WAKE) {
      yield line({ ph: "s", id: i, name: "wakes", cat, ts }, track);
      // It ends at the next slice of whoever is woken.
      yield line({ ph: "f", id: i, name: "wakes", cat, ts }, events.texts[i]!);
      continue;
    }
    const text = texts[events.texts[i]!]!;
    if (kind === INSTANT) {
      yield line({ ph: "i", s: "t", name: text, cat, ts }, track);
      continue;
    }
    const place = texts[places[i]!]!;
    const args = place === "" ? {} : { args: { where: place } };
    yield line({ ph: "X", name: nameOf(kind, text), cat, ts, dur: durations[i]!, ...args }, track);
  }
}

function nameOf(kind: number, text: string): string {
  if (kind === STEP) return text || "step";
  if (kind === WAIT) return `waits for ${text}`;
  return kind === READY ? "ready" : kind === HOST ? text : "";
}

function line(event: Record<string, unknown>, track: number): string {
  return JSON.stringify({ ...event, pid: 1, tid: track });
}
