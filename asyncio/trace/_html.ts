// Copyright 2026 the asyncio authors. MIT license.

import type { Recorded } from "./_events.ts";
import { SCRIPT, STYLE } from "./_viewer.ts";

/** A trace as one page, with all that it needs. */
export function htmlOf({ events, texts, tracks, dropped }: Recorded): string {
  const { length } = events;
  const column = (array: { subarray(start: number, end: number): { buffer: ArrayBuffer } }) =>
    base64(array.subarray(0, length) as unknown as Uint8Array<ArrayBuffer>);
  const data = {
    length,
    kinds: column(events.kinds),
    tracks: column(events.tracks),
    starts: column(events.starts),
    durations: column(events.durations),
    texts: column(events.texts),
    places: column(events.places),
    names: tracks,
    strings: texts,
    dropped,
  };
  // "<" would end the element: in a text of "</script>", say.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trace</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Trace</h1>
<input id="search" type="search" placeholder="Search tasks and what they wait for" aria-label="Search">
<button id="in" title="Zoom in (+)">+</button>
<button id="out" title="Zoom out (-)">−</button>
<button id="all" title="All of it (0)">All</button>
<span id="summary"></span>
</header>
<canvas id="view" tabindex="0" aria-label="The tracks of the tasks over time"></canvas>
<div id="tip" hidden></div>
<main>
<section><h2>Slowest steps</h2><table id="steps"></table></section>
<section><h2>Longest waits</h2><table id="waits"></table></section>
<section><h2>Tasks</h2><table id="totals"></table></section>
</main>
<script id="data" type="application/json">${json}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** How many bytes are made text at once: a call takes no more arguments than that. */
const CHUNK = 0x6000;

function base64(array: Uint8Array<ArrayBuffer>): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += CHUNK) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(i, i + CHUNK))));
  }
  return parts.join("");
}
