// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { chart } from "../../examples/million/_chart.ts";
import {
  assertRefuses,
  assertStops,
  commandOf,
  freePort,
  outputOf,
  Program,
  runProgram,
  talk,
} from "./_program.ts";

const SERVER = "million/slow_server.ts";
const STAGES = [
  "million/stage1_callbacks.ts",
  "million/stage2_classes.ts",
  "million/stage3_generators.ts",
  "million/stage4_async.ts",
];
const IDS = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

Deno.test("slow_server answers late, and stops at SIGINT with nothing left listening", async () => {
  await using server = new Program(SERVER, "--port", "0", "--delay", "0.01");
  const port = await server.port();
  assertEquals(await talk(port, "Request 7"), "Answer to Request 7");
  await server.printed(/^Slow server running on localhost:\d+\nRequest 7\n$/);
  await assertStops(server, port);
});

Deno.test("slow_server stops at SIGTERM while somebody waits for an answer", async () => {
  await using server = new Program(SERVER, "--port", "0", "--delay", "1000");
  const port = await server.port();
  const answer = talk(port, "Request 1");
  await server.printed(/Request 1/);
  await assertStops(server, port, "SIGTERM");
  assertEquals(await answer, "");
});

Deno.test("each stage sends ten requests at once", async () => {
  await using server = new Program(SERVER, "--port", "0", "--delay", "1");
  const port = await server.port();
  for (
    const output of await Promise.all(STAGES.map((path) => outputOf(path, "--port", `${port}`)))
  ) {
    const lines = output.trimEnd().split("\n");
    const total = /^Ten requests in (\d+\.\d) s$/.exec(lines.pop()!);
    // One after the other they would need ten seconds.
    assert(total !== null && Number(total[1]) >= 1 && Number(total[1]) < 10, output);
    assertEquals(responses(lines, "Response for Request"), IDS.map(responseTo).sort());
  }
});

Deno.test("stages 3 and 4 go from the connection to the response to who consumes it", async () => {
  await using server = new Program(SERVER, "--port", "0", "--delay", "0");
  const port = await server.port();
  for (const path of STAGES.slice(2)) {
    const lines = (await outputOf(path, "--port", `${port}`)).split("\n");
    for (const id of IDS) {
      const own = [
        `Connection established for request ${id}`,
        responseTo(id),
        `Consumed response: Answer to Request ${id}`,
      ];
      const at = own.map((line) => lines.indexOf(line));
      assert(at.every((index) => index >= 0), `${path}: ${id}`);
      assertEquals(at, at.toSorted((a, b) => a - b));
    }
  }
});

function responseTo(id: number): string {
  return `Response for Request ${id}: Answer to Request ${id}`;
}

function responses(lines: string[], start: string): string[] {
  return lines.filter((line) => line.startsWith(start)).sort();
}

for (const path of STAGES) {
  Deno.test(`${path} refuses what it cannot do, in a line`, async () => {
    const port = freePort();
    const refused = new RegExp(
      `^Cannot send requests to localhost:${port}: .*Connection refused`,
    );
    await Promise.all([
      assertRefuses({ code: 1, message: refused }, path, "--port", `${port}`),
      assertRefuses({ code: 2, message: /--port must be .*abc/ }, path, "--port", "abc"),
    ]);
  });
}

Deno.test("slow_server refuses what it cannot do, in a line", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const inUse = new RegExp(`^Cannot serve on localhost:${port}: .*[Aa]ddress already in use`);
  await Promise.all([
    assertRefuses({ code: 1, message: inUse }, SERVER, "--port", `${port}`),
    assertRefuses({ code: 2, message: /--delay must be .*soon/ }, SERVER, "--delay", "soon"),
    assertRefuses({ code: 2, message: /[Uu]nknown option/ }, SERVER, "--prot", "1"),
  ]);
});

Deno.test("anti_patterns shows each wrong form beside the right one", async () => {
  const { code, stdout, stderr } = await runProgram("million/anti_patterns.ts", "--delay", "0.3");
  assertEquals(code, 0, stderr);
  const cost = String.raw`took (\d+\.\d\d) s, nothing else ran for (\d+\.\d\d) s`;
  const form = (name: string, more = "") => `  ${name}: ${cost}${more}\n`;
  const pattern = [
    "1\\. A blocking call in a coroutine, three of them at once\n",
    form("wrong"),
    form("right"),
    "2\\. A new event loop in a running one\n",
    form("wrong"),
    "    RuntimeError: asyncio\\.run\\(\\) cannot be called from a running event loop\n",
    form("right", ", the result"),
    "3\\. Awaiting in sequence, three of them\n",
    form("wrong", ", 3 results"),
    form("right", ", 3 results"),
    "4\\. A busy loop\n",
    form("wrong", ", asked [\\d,]+ times"),
    form("right", ", asked 0 times"),
  ];
  const match = new RegExp(`^${pattern.join("")}$`).exec(stdout);
  assert(match !== null, stdout);
  const figures = match.slice(1).map(Number);
  // How long each took and stood still: blocking, run, sequence, busy; the wrong form first.
  const [blocking, , , , sequence, , busy] = pairs(figures);
  assert(blocking!.took >= 0.9 && blocking!.stood >= 0.9, stdout);
  assert(sequence!.took >= 0.9, stdout);
  assert(busy!.stood >= 0.3, stdout);
  // The warnings of debug mode: each blocking call, and the busy loop.
  for (const name of ["a.example", "b.example", "c.example", "wrong"]) {
    assertMatch(
      stderr,
      new RegExp(`^Executing <Task .*name='${name}'.* took 0\\.\\d+ seconds$`, "m"),
    );
  }
});

function pairs(figures: number[]): { took: number; stood: number }[] {
  return Array.from(
    { length: figures.length / 2 },
    (_, i) => ({ took: figures[2 * i]!, stood: figures[2 * i + 1]! }),
  );
}

Deno.test("million puts all tasks to sleep at once, and wakes them", async () => {
  const output = await outputOf("million/million.ts", "--tasks", "30000", "--delay", "1");
  assertMatch(
    output,
    new RegExp(
      "^10,000 tasks asleep, .* s\n20,000 tasks asleep, .* s\n30,000 tasks asleep, .* s\n" +
        "30,000 tasks asleep at once after .* s, [\\d,]+ bytes each, [\\d,]+ MiB in all\n" +
        "All awake after .* s\n$",
    ),
  );
});

Deno.test("million says when the first tasks woke too early", async () => {
  const output = await outputOf("million/million.ts", "--tasks", "30000", "--delay", "0");
  assertMatch(output, /\nThe first woke before the last fell asleep: .*\nAll awake after /);
});

Deno.test("benchmark prints the table, and draws it", async () => {
  const svg = await Deno.makeTempFile({ suffix: ".svg" });
  try {
    const args = ["--svg", svg, "--sleeps", "300", "--workers", "2,30,1000", "--threads", "2"];
    // The permissions of the header's second line, for this file.
    const command = commandOf("million/benchmark.ts");
    command.splice(-1, 0, `--allow-write=${svg}`);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...command, ...args],
      cwd: new URL("../../", import.meta.url),
      env: { NO_COLOR: "1", DENO_NO_PROMPT: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals({ code, stderr: text(stderr) }, { code: 0, stderr: "" });
    const table = /^Time to complete 300 sleeps of 10 ms\n\n.*\n\| -.*\n((?:\|.*\n){3})\n/;
    const rows = table.exec(text(stdout))![1]!.trimEnd().split("\n")
      .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
    assertEquals(rows.map(([workers]) => workers), ["2", "30", "1,000"]);
    for (const [, , tasks] of rows) assert(Number(tasks) > 0, tasks);
    assert(Number(rows[0]![2]) >= 1.5, "150 sleeps of 10 ms each");
    assert(Number(rows[0]![1]) >= 1.5, "150 sleeps of 10 ms each");
    assertEquals(rows.slice(1).map(([, threads]) => threads), ["did not finish", "did not finish"]);
    const drawn = await Deno.readTextFile(svg);
    for (const cell of rows.flat()) assert(drawn.includes(`>${cell}</text>`), cell);
  } finally {
    await Deno.remove(svg);
  }
});

Deno.test("benchmark gives up on threads that do not start in time", async () => {
  const args = ["--sleeps", "4", "--workers", "4", "--limit", "0"];
  assertMatch(
    await outputOf("million/benchmark.ts", ...args),
    /\| +4 \| +did not finish \| +0\.\d{3} \|/,
  );
});

Deno.test("benchmark refuses what it cannot do, in a line", async () => {
  const path = "million/benchmark.ts";
  const file = "/not/there/sleeps.svg";
  await Promise.all([
    assertRefuses({ code: 2, message: /--workers must be .*x/ }, path, "--workers", "1,x"),
    assertRefuses({ code: 2, message: /--sleeps must be .*0/ }, path, "--sleeps", "0"),
    assertRefuses(
      { code: 2, message: /--tasks must be .*0/ },
      "million/million.ts",
      "--tasks",
      "0",
    ),
    assertRefuses({ code: 1, message: /^Cannot measure: .*write access/ }, path, "--svg", file),
  ]);
});

Deno.test("chart() draws a bar for each time, and a text for what did not finish", () => {
  const svg = chart("Time <&> sleeps", [
    { workers: 100, threads: 11.834, tasks: 11.345 },
    { workers: 1000, threads: 1.245, tasks: 0.02 },
    { workers: 10_000, threads: null, tasks: 0.293 },
  ]);
  assertWellFormed(svg);
  const bars = [...svg.matchAll(/<rect x="(.*?)" y="(.*?)" width="50" height="(.*?)"/g)];
  assertEquals(bars.length, 5);
  for (const [, , y, height] of bars) {
    assert(Number(y) >= 80 && Number(height) > 0);
    assertEquals(Number(y) + Number(height), 350); // All stand on the same line
  }
  const heights = bars.map(([, , , height]) => Number(height));
  assert(heights[0]! > heights[1]! && heights[1]! > heights[2]! && heights[2]! > heights[3]!);
  assertEquals(svg.match(/did not finish/g)?.length, 1);
});

/** Checks that tags are closed in order, attributes quoted, and no other `<` or `&` is about. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const tag = /<(\/?)(\w+)((?: [\w:-]+="[^"<&]*")*) ?(\/?)>/g;
  const text = xml.replaceAll(tag, (_, closing, name, _attributes, empty) => {
    if (closing) assertEquals(open.pop(), name);
    else if (!empty) open.push(name);
    return "";
  });
  assertEquals(open, []);
  assertEquals(text.replaceAll(/&(amp|lt|gt);/g, "").match(/[<>&]/g), null, text);
}
