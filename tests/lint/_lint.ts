// Copyright 2026 the asyncio authors. MIT license.

import plugin from "@asyncio/asyncio/lint";
import { assertEquals } from "@std/assert";

/** Everything that the programs of the tests take from the library, unless they import it. */
const IMPORTS = `import * as asyncio from "@asyncio/asyncio";
import {
  Barrier, Condition, type Coroutine, type CoroutineObject, coroutine, createTask, Event, Future,
  gather, LifoQueue, Lock, newEventLoop, openConnection, Queue, run, runCoroutineThreadsafe, Runner,
  Semaphore, Server, sleep, startServer, type StreamReader, StreamWriter, TaskGroup, timeout, waitFor,
  asyncWith,
} from "@asyncio/asyncio";
`;

/** What one rule finds in a program that has the library's names. */
export function lint(rule: string, program: string): Deno.lint.Diagnostic[] {
  return lintFile(rule, IMPORTS + program).map((found) => {
    const range = found.range.map((index) => index - IMPORTS.length) as Deno.lint.Range;
    return { ...found, range };
  });
}

/** What one rule finds in a whole file. */
export function lintFile(rule: string, source: string): Deno.lint.Diagnostic[] {
  const found = Deno.lint.runPlugin(plugin, "main.ts", source);
  return found.filter(({ id }) => id === `asyncio/${rule}`);
}

/** Asserts that a rule finds what stands in «marks», and nothing else. */
export function assertFinds(rule: string, marked: string): void {
  const program = marked.replaceAll(/[«»]/g, "");
  assertEquals(mark(program, lint(rule, program)), marked);
}

/** The same for a whole file, which has its own imports. */
export function assertFindsInFile(rule: string, marked: string): void {
  const source = marked.replaceAll(/[«»]/g, "");
  assertEquals(mark(source, lintFile(rule, source)), marked);
}

/** The program after `deno lint --fix`. */
export function fixed(rule: string, program: string): string {
  const source = IMPORTS + program;
  const fixes = lintFile(rule, source).flatMap(({ fix }) => fix ?? []);
  const whole = fixes.toSorted((a, b) => b.range[0] - a.range[0]).reduce(
    (text, { range: [start, end], text: insert = "" }) =>
      text.slice(0, start) + insert + text.slice(end),
    source,
  );
  return whole.slice(IMPORTS.length);
}

function mark(text: string, found: readonly Deno.lint.Diagnostic[]): string {
  const places = found.flatMap(({ range: [start, end] }): [number, string][] => [
    [start, "«"],
    [end, "»"],
  ]);
  return places.toSorted(([a], [b]) => b - a).reduce(
    (marked, [place, sign]) => marked.slice(0, place) + sign + marked.slice(place),
    text,
  );
}
