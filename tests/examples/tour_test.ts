// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { runProgram } from "./_program.ts";

/** What each stop must have printed, beside its heading, in the order of the tour. */
const STOPS: [program: string, line: RegExp][] = [
  ["10_blocking/pizza_server.ts", /^3 pizzas in \d+\.\d s, after a wait of \d+\.\d s on average$/],
  ["10_blocking/threaded_pizza_server.ts", /^3 pizzas in \d+\.\d s/],
  ["10_blocking/thread_cost.ts", /^A thread costs [\d,.]+ times the time and .* of a task$/],
  ["10_blocking/pizza_busy_wait.ts", /^Asked \d+ times in vain$/],
  ["11_event_loop/event_loop.ts", /^Who's there\?$/],
  ["11_event_loop/pizza_reactor.ts", /^3 pizzas in \d+\.\d s/],
  ["11_event_loop/selectors_echo.ts", /^the client reads Hello$/],
  ["12_coroutines/fibonacci.ts", /^Task completed$/],
  ["12_coroutines/fetch_data.ts", /^Three at once: \d+\.\d s$/],
  ["12_coroutines/future.ts", /^Task cancelled: true$/],
  ["12_coroutines/pizza_server.ts", /^3 pizzas in \d+\.\d s/],
  ["12_coroutines/primitives.ts", /^wait: 2 have come, 1 is still on the way$/],
  ["12_coroutines/mixed_cpu.ts", /^Result: 333333283333335000000$/],
  ["12_coroutines/progress.ts", /^########## 10 of 10$/],
  ["guessing_game/threaded.ts", /^Client: 12 is correct$/],
  ["guessing_game/asynchronous.ts", /^Client: 12 is correct$/],
  ["million/stage1_callbacks.ts", /^Ten requests in \d+\.\d s$/],
  ["million/stage2_classes.ts", /^Ten requests in \d+\.\d s$/],
  ["million/stage3_generators.ts", /^Ten requests in \d+\.\d s$/],
  ["million/stage4_async.ts", /^Ten requests in \d+\.\d s$/],
  ["million/anti_patterns.ts", /RuntimeError: asyncio\.run\(\) cannot be called/],
  ["million/benchmark.ts", /^\| +10,000 \| +did not finish \| +\d\.\d{3} \|$/],
  ["million/million.ts", /^[\d,]+ tasks asleep at once after/],
];

Deno.test("the tour goes through all chapters, to its end", async () => {
  const { code, stdout, stderr } = await runProgram("tour.ts");
  assertEquals(code, 0, stderr);
  const [, ...stops] = stdout.split(/^--- (?=\S+\.ts$)/m);
  assertEquals(stops.map((stop) => stop.split("\n", 1)[0]), STOPS.map(([program]) => program));
  for (const [i, [program, line]] of STOPS.entries()) {
    assert(stops[i]!.split("\n").some((text) => line.test(text)), `${program}: ${stops[i]}`);
  }
  assert(/\nThe tour is over, after \d+\.\d s\./.test(stdout), stdout);
  // Only the anti-patterns are complained of.
  assert(stderr.split("\n").every((text) => text === "" || text.startsWith("Executing <Task")));
});
