// Copyright 2026 the asyncio authors. MIT license.

/** The page of a trace: what it looks like, and what it does. It runs in a browser, by itself. */

export const STYLE = `
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1f24; --line: #d7dce2; --dim: #667; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #14171b; --fg: #e6e9ee; --line: #333a43; --dim: #99a; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.4 system-ui, sans-serif; background: var(--bg); color: var(--fg); }
header { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .5rem .75rem; }
h1 { font-size: 1.1rem; margin: 0; }
h2 { font-size: 1rem; margin: 0 0 .25rem; }
input { flex: 1 1 14rem; max-width: 26rem; padding: .35rem .5rem; font: inherit; }
button { font: inherit; padding: .3rem .7rem; }
#summary { color: var(--dim); }
canvas { display: block; width: 100%; height: 60vh; border: 1px solid var(--line);
  border-width: 1px 0; cursor: grab; touch-action: none; }
canvas:focus { outline: 2px solid #4a80d9; outline-offset: -2px; }
#tip { position: fixed; max-width: 34rem; padding: .4rem .6rem; background: var(--bg);
  border: 1px solid var(--line); box-shadow: 0 2px 10px #0005; pointer-events: none;
  white-space: pre-line; overflow-wrap: anywhere; z-index: 1; }
main { display: flex; flex-wrap: wrap; gap: 1rem; padding: .75rem; }
section { flex: 1 1 20rem; overflow: auto; max-height: 24rem; }
section:nth-child(2) { flex: 2 1 29rem; }
table { border-collapse: collapse; width: 100%; }
th { position: sticky; top: 0; background: var(--bg); cursor: pointer; }
th, td { text-align: left; padding: .15rem .5rem; border-bottom: 1px solid var(--line); }
td.task { white-space: nowrap; max-width: 12rem; overflow: hidden; text-overflow: ellipsis; }
td.what, td.where { overflow-wrap: anywhere; min-width: 6rem; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr[data-at] { cursor: pointer; }
`;

export const SCRIPT = String.raw`
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const bytes = (text) => {
  const whole = atob(text), array = new Uint8Array(whole.length);
  for (let i = 0; i < whole.length; i++) array[i] = whole.charCodeAt(i);
  return array.buffer;
};
const n = data.length, STEP = 0, WAIT = 1, READY = 2, HOST = 3, WAKE = 4, INSTANT = 5;
const kinds = new Uint8Array(bytes(data.kinds)), tracks = new Uint32Array(bytes(data.tracks));
const starts = new Float64Array(bytes(data.starts)), durations = new Float64Array(bytes(data.durations));
const texts = new Uint32Array(bytes(data.texts)), places = new Uint32Array(bytes(data.places));
const { names, strings } = data;

// Of the places, what all their folders have in common says nothing.
const used = new Set(places), folder = [...used].filter((p) => strings[p].includes("/"))
  .map((p) => strings[p].slice(strings[p].indexOf(" ") + 1).replace(/[^/]*$/, ""))
  .reduce((a, b) => {
    while (a !== null && !b.startsWith(a)) a = a.replace(/[^/]*\/$/, "");
    return a ?? b;
  }, null);
if (folder) for (const p of used) strings[p] = strings[p].replace(" " + folder, " ");

// The events of each track, in the order of their starts.
const count = new Uint32Array(names.length + 1);
for (let i = 0; i < n; i++) count[tracks[i] + 1]++;
for (let t = 0; t < names.length; t++) count[t + 1] += count[t];
const order = new Uint32Array(n), next = count.slice();
const byStart = Uint32Array.from({ length: n }, (_, i) => i);
byStart.sort((a, b) => starts[a] - starts[b]);
for (const i of byStart) order[next[tracks[i]]++] = i;

// The latest end so far, for each place in that order: where to begin to look for what is visible.
const reached = new Float64Array(n);
for (let t = 0; t < names.length; t++) {
  let latest = 0;
  for (let k = count[t]; k < count[t + 1]; k++) {
    latest = Math.max(latest, starts[order[k]] + durations[order[k]]);
    reached[k] = latest;
  }
}

let end = 1;
const ran = new Float64Array(names.length), ready = ran.slice(), waited = ran.slice();
const firstSeen = new Float64Array(names.length).fill(Infinity), lastSeen = ran.slice();
for (let i = 0; i < n; i++) {
  const t = tracks[i], to = starts[i] + durations[i];
  if (to > end) end = to;
  if (kinds[i] === STEP) ran[t] += durations[i];
  if (kinds[i] === READY) ready[t] += durations[i];
  if (kinds[i] === WAIT) waited[t] += durations[i];
  if (starts[i] < firstSeen[t]) firstSeen[t] = starts[i];
  if (to > lastSeen[t]) lastSeen[t] = to;
}

const time = (us) => us >= 1e6 ? (us / 1e6).toFixed(3) + " s"
  : us >= 1e3 ? (us / 1e3).toFixed(3) + " ms" : us.toFixed(1) + " µs";
document.getElementById("summary").textContent = (names.length - 4).toLocaleString("en") + " tasks, " + n.toLocaleString("en") +
  " events, " + time(end) + (data.dropped ? "; " + data.dropped + " more were not kept" : "");

// The view: rows of tracks over time.
const canvas = document.getElementById("view"), tip = document.getElementById("tip");
const pen = canvas.getContext("2d"), ROW = 18, LEFT = 150, TOP = 20;
const COLORS = ["#3b7dd8", "#c9ced6", "#e0a030", "#8a63b8", "#888", "#d0443e"];
let from = 0, to = end, top = 0, rows = [], wanted = "", selected = -1;

function choose() {
  const matching = (t) => {
    if (names[t].toLowerCase().includes(wanted)) return true;
    for (let k = count[t]; k < count[t + 1]; k++) {
      const i = order[k];
      if (kinds[i] === WAKE) continue;
      if (strings[texts[i]].toLowerCase().includes(wanted)) return true;
      if (strings[places[i]].toLowerCase().includes(wanted)) return true;
    }
    return false;
  };
  rows = [];
  for (let t = 0; t < names.length; t++) {
    if (count[t] === count[t + 1]) continue;
    if (wanted === "" || matching(t)) rows.push(t);
  }
  top = 0;
  document.body.dataset.rows = rows.length;
  draw();
}

const x = (us) => LEFT + (us - from) / (to - from) * (canvas.clientWidth - LEFT);
const at = (px) => from + (px - LEFT) / (canvas.clientWidth - LEFT) * (to - from);

/** The first of a track's events that ends after a time. */
function firstAfter(t, us) {
  let low = count[t], high = count[t + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached[middle] < us) low = middle + 1; else high = middle;
  }
  return low;
}

let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => { drawing = false; paint(); });
}

function paint() {
  const scale = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== width * scale || canvas.height !== height * scale) {
    canvas.width = width * scale;
    canvas.height = height * scale;
  }
  const style = getComputedStyle(document.body), fg = style.color;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  const shown = Math.ceil((height - TOP) / ROW);
  for (let r = 0; r < shown && top + r < rows.length; r++) {
    const t = rows[top + r], y = TOP + r * ROW;
    let lastPixel = -1, lastKind = -1;
    for (let k = firstAfter(t, from); k < count[t + 1]; k++) {
      const i = order[k], kind = kinds[i];
      if (starts[i] > to) break;
      if (kind === WAKE || starts[i] + durations[i] < from) continue;
      const a = Math.max(LEFT, x(starts[i])), b = Math.min(width, x(starts[i] + durations[i]));
      // What is finer than a pixel is drawn once a pixel, steps before all else.
      if (b - a < 1 && kind !== INSTANT && (a | 0) === lastPixel && !(kind === STEP && lastKind !== STEP)) continue;
      lastPixel = a | 0;
      lastKind = kind;
      pen.fillStyle = COLORS[kind];
      if (kind === INSTANT) pen.fillRect(a - 1, y + 1, 3, ROW - 3);
      else if (kind === WAIT) pen.fillRect(a, y + ROW / 2 - 2, Math.max(1, b - a), 3);
      else if (kind === READY) pen.fillRect(a, y + 5, Math.max(1, b - a), ROW - 11);
      else pen.fillRect(a, y + 2, Math.max(1, b - a), ROW - 5);
      if (i === selected) { pen.strokeStyle = fg; pen.strokeRect(a, y + 1, Math.max(2, b - a), ROW - 3); }
    }
    pen.clearRect(0, y, LEFT - 4, ROW);
    pen.fillStyle = fg;
    pen.fillText(names[t], 6, y + ROW / 2, LEFT - 12);
  }
  arrows(shown, fg);
  ruler(width, fg);
}

/** Who woke whom, as long as the arrows can be told apart. */
function arrows(shown, fg) {
  const place = new Map(rows.slice(top, top + shown).map((t, r) => [t, TOP + r * ROW + ROW / 2]));
  pen.strokeStyle = fg;
  pen.globalAlpha = .35;
  pen.beginPath();
  let left = 400;
  for (const [t, y] of place) {
    for (let k = firstAfter(t, from); k < count[t + 1] && left > 0; k++) {
      const i = order[k];
      if (starts[i] > to) break;
      if (kinds[i] !== WAKE || starts[i] < from || !place.has(texts[i])) continue;
      left--;
      const px = x(starts[i]), other = place.get(texts[i]), d = other > y ? -4 : 4;
      pen.moveTo(px, y); pen.lineTo(px, other);
      pen.moveTo(px - 3, other + d); pen.lineTo(px, other); pen.lineTo(px + 3, other + d);
    }
  }
  if (left > 0) pen.stroke();
  pen.globalAlpha = 1;
}

function ruler(width, fg) {
  pen.clearRect(0, 0, width, TOP);
  pen.fillStyle = fg;
  const rough = (to - from) / Math.max(2, (width - LEFT) / 110);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  for (let us = Math.ceil(from / step) * step; us <= to; us += step) {
    pen.fillRect(x(us), TOP - 5, 1, 5);
    pen.fillText(time(us).replace(/\.?0+ /, " "), x(us) + 3, TOP / 2 - 1);
  }
}

function zoom(factor, around) {
  const left = around - (around - from) * factor, right = around + (to - around) * factor;
  if (right - left < .5) return;
  from = Math.max(0, left);
  to = Math.min(end, right);
  draw();
}

function pan(us) {
  const width = to - from;
  from = Math.min(Math.max(0, from + us), Math.max(0, end - width));
  to = from + width;
  draw();
}

function scroll(by) {
  top = Math.max(0, Math.min(rows.length - 1, top + by));
  draw();
}

function show(i) {
  selected = i;
  const t = tracks[i], margin = Math.max(durations[i] * 2, 20);
  if (!rows.includes(t)) { search.value = wanted = ""; choose(); }
  top = Math.max(0, rows.indexOf(t) - 3);
  from = Math.max(0, starts[i] - margin);
  to = Math.min(end, starts[i] + durations[i] + margin);
  draw();
  canvas.scrollIntoView({ block: "nearest" });
}

function describe(i) {
  const kind = kinds[i], text = strings[texts[i]], place = strings[places[i]];
  const what = kind === STEP ? text || "runs" : kind === WAIT ? "waits for " + text
    : kind === READY ? "is ready" : text;
  return names[tracks[i]] + ": " + what + (kind === INSTANT ? "" : "\n" + time(durations[i])) +
    "\nat " + time(starts[i]) + (place ? "\n" + place : "");
}

function hit(px, py) {
  const t = rows[top + Math.floor((py - TOP) / ROW)];
  if (t === undefined || px < LEFT || py < TOP) return -1;
  const us = at(px), pixel = (to - from) / (canvas.clientWidth - LEFT);
  let best = -1;
  for (let k = firstAfter(t, us - 2 * pixel); k < count[t + 1]; k++) {
    const i = order[k];
    if (starts[i] > us + 2 * pixel) break;
    if (kinds[i] === WAKE || starts[i] + durations[i] < us - 2 * pixel) continue;
    // An instant is hard to meet, a step within a pixel, too.
    if (best < 0 || kinds[i] === INSTANT || durations[i] < durations[best]) best = i;
  }
  return best;
}

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (event.shiftKey) pan((event.deltaY || event.deltaX) / canvas.clientWidth * (to - from));
  else if (event.offsetX < LEFT) scroll(Math.sign(event.deltaY) * 3);
  else zoom(event.deltaY > 0 ? 1.25 : .8, at(event.offsetX));
}, { passive: false });
let dragging = null;
canvas.addEventListener("pointerdown", (event) => {
  dragging = { x: event.offsetX, y: event.offsetY };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointerup", () => dragging = null);
canvas.addEventListener("pointermove", (event) => {
  if (dragging !== null) {
    pan((dragging.x - event.offsetX) / (canvas.clientWidth - LEFT) * (to - from));
    const by = Math.trunc((dragging.y - event.offsetY) / ROW);
    if (by !== 0) scroll(by);
    dragging = { x: event.offsetX, y: by === 0 ? dragging.y : event.offsetY };
    tip.hidden = true;
    return;
  }
  const i = hit(event.offsetX, event.offsetY);
  tip.hidden = i < 0;
  if (i < 0) return;
  tip.textContent = describe(i);
  tip.style.left = Math.min(event.clientX + 12, innerWidth - 360) + "px";
  tip.style.top = event.clientY + 14 + "px";
});
canvas.addEventListener("pointerleave", () => tip.hidden = true);
const middle = () => (from + to) / 2;
const all = () => { from = 0; to = end; draw(); };
const KEYS = {
  "+": () => zoom(.5, middle()), "=": () => zoom(.5, middle()), "-": () => zoom(2, middle()), "0": all,
  ArrowLeft: () => pan((from - to) / 8), ArrowRight: () => pan((to - from) / 8),
  ArrowUp: () => scroll(-1), ArrowDown: () => scroll(1),
};
canvas.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  if (act !== undefined) { event.preventDefault(); act(); }
});
document.getElementById("in").onclick = KEYS["+"];
document.getElementById("out").onclick = KEYS["-"];
document.getElementById("all").onclick = all;
const search = document.getElementById("search");
search.addEventListener("input", () => { wanted = search.value.toLowerCase(); choose(); });
addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

// The tables.
function longest(kind, most) {
  const found = [];
  let least = -1;
  for (let i = 0; i < n; i++) {
    if (kinds[i] !== kind || durations[i] <= least) continue;
    found.push(i);
    if (found.length < 4 * most) continue;
    found.sort((a, b) => durations[b] - durations[a]).length = most;
    least = durations[found[most - 1]];
  }
  return found.sort((a, b) => durations[b] - durations[a]).slice(0, most);
}

function fill(id, heads, lines, onHead) {
  const table = document.getElementById(id), head = table.createTHead(), body = table.createTBody();
  const row = head.insertRow();
  heads.forEach((text, column) => {
    const cell = document.createElement("th");
    cell.textContent = text;
    cell.className = /^(?:ran|ready|waited|for|at)$/.test(text) ? "n" : text;
    if (onHead) cell.onclick = () => onHead(column);
    row.append(cell);
  });
  for (const { cells, event } of lines) {
    const line = body.insertRow();
    cells.forEach((text, column) => {
      const cell = line.insertCell();
      cell.textContent = text;
      cell.className = row.cells[column].className;
    });
    if (event >= 0) {
      line.dataset.at = event;
      line.onclick = () => show(event);
    }
  }
}

const line = (i, ...more) => ({ event: i, cells: [time(durations[i]), names[tracks[i]], ...more, time(starts[i])] });
fill("steps", ["for", "task", "what", "at"], longest(STEP, 20).map((i) => line(i, strings[texts[i]] || "step")));
fill("waits", ["for", "task", "what", "where", "at"],
  longest(WAIT, 20).map((i) => line(i, strings[texts[i]], strings[places[i]])));

function totals(column) {
  const table = document.getElementById("totals");
  table.replaceChildren();
  const keys = [(t) => t, (t) => -ran[t], (t) => -ready[t], (t) => -waited[t]], key = keys[column];
  const list = Array.from(names, (_, t) => t).slice(4).sort((a, b) => key(a) - key(b)).slice(0, 500);
  fill("totals", ["task", "ran", "ready", "waited"], list.map((t) => ({
    event: count[t] < count[t + 1] ? order[count[t]] : -1,
    cells: [names[t], time(ran[t]), time(ready[t]), time(waited[t])],
  })), totals);
}
totals(1);
choose();
document.body.dataset.ready = "true";
globalThis.trace = { show, describe, get view() { return { from, to, top, rows: rows.length }; } };
})();
`;
