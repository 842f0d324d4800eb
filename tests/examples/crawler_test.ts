// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertRefuses, outputOf, Program } from "./_program.ts";

const PATH = "crawler.ts";

/** The pages that the crawler has visited, and the two lines after them. */
function take(output: string): [visited: string[], ending: string] {
  const lines = output.trimEnd().split("\n");
  return [lines.slice(0, -2).sort(), lines.slice(-2).join("\n")];
}

Deno.test("crawler visits each page of a site once, and a broken link too", async () => {
  const [visited, ending] = take(await outputOf(PATH, "--pages", "4", "--timeout", "60"));
  assertEquals(visited, ["200 /", "200 /1", "200 /2", "200 /3", "404 /4"]);
  assertMatch(ending, /^The whole site:\n5 pages in \d+\.\d s, 0 without an answer$/);
});

Deno.test("crawler gives up what has not answered when time is up", async () => {
  const [visited, ending] = take(await outputOf(PATH, "--timeout", "2"));
  // Pages 11 and 12 are known only to page 5, and so are those that only they lead to.
  const hidden = [5, 11, 12, 23, 24, 25, 26, 47, 48, 49, 50];
  const expected = Array.from({ length: 50 }, (_, page) => page)
    .filter((page) => !hidden.includes(page))
    .map((page) => `200 /${page === 0 ? "" : page}`);
  assertEquals(visited, expected.sort());
  assertMatch(ending, /^Time is up:\n40 pages in \d+\.\d s, 1 without an answer$/);
});

Deno.test("crawler with one worker waits behind the page that never answers", async () => {
  const [visited, ending] = take(await outputOf(PATH, "--workers", "1", "--timeout", "2"));
  assertEquals(visited, ["200 /", "200 /1", "200 /2", "200 /3", "200 /4"]);
  // Page 6, known to page 2, is in the queue, and so are the children of 3 and 4.
  assertMatch(ending, /^Time is up:\n5 pages in \d+\.\d s, 6 without an answer$/);
});

Deno.test("crawler gives up before it has anything", async () => {
  const [visited, ending] = take(await outputOf(PATH, "--timeout", "0"));
  assertEquals(visited, []);
  assertMatch(ending, /^Time is up:\n0 pages in 0\.\d s, [01] without an answer$/);
});

Deno.test("crawler stops at SIGINT in the middle of it", async () => {
  await using crawler = new Program(PATH, "--timeout", "600");
  await crawler.printed(/200 \/4\n/);
  crawler.signal("SIGINT");
  const { code, stdout, stderr } = await crawler.ended();
  assertEquals([code, stderr], [0, ""]);
  assert(!stdout.includes("Time is up"));
});

Deno.test("crawler refuses what it cannot do, in a line", async () => {
  await Promise.all([
    assertRefuses({ code: 2, message: /--workers must be .*"0"/ }, PATH, "--workers", "0"),
    assertRefuses({ code: 2, message: /--timeout must be .*soon/ }, PATH, "--timeout", "soon"),
    assertRefuses({ code: 2, message: /Unknown option: --worker/ }, PATH, "--worker", "3"),
  ]);
});
