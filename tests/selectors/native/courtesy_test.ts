// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { activity } from "../../../selectors/native/_activity.ts";
import { Courtesy } from "../../../selectors/native/_courtesy.ts";

/** How often the processor is given away in `waits` waits that each find `count` events. */
function stepsBack(seconds: number, count: number, waits: number): number {
  let steps = 0;
  const courtesy = new Courtesy(() => {
    steps++;
    return seconds;
  });
  for (let i = 0; i < waits; i++) if (courtesy.step()) courtesy.found(count);
  return steps;
}

Deno.test("Courtesy.step() gives the processor away each time as long as that pays", () => {
  assertEquals(stepsBack(300e-6, 50, 1000), 1000);
  assertEquals(stepsBack(6e-6, 1, 1000), 1000);
});

Deno.test("Courtesy.step() does so ever more rarely where others only compute", () => {
  assertEquals(stepsBack(3e-3, 1, 1), 1);
  assertEquals(stepsBack(3e-3, 1, 2100), 11);
  assertEquals(stepsBack(3e-3, 1, 100_000), 106, "once in a thousand waits in the end");
});

Deno.test("Courtesy.step() is worth no second look where nobody else wants the processor", () => {
  const courtesy = new Courtesy(() => 0.4e-6);
  for (let i = 0; i < 100; i++) assertEquals(courtesy.step(), false);
});

Deno.test("Courtesy.step() counts what an event has led to: one listener, fifty connections", () => {
  let steps = 0;
  const courtesy = new Courtesy(() => {
    steps++;
    return 2e-3;
  });
  for (let i = 0; i < 100; i++) {
    if (courtesy.step()) courtesy.found(1);
    activity.count += 100;
  }
  assertEquals(steps, 100);
});

Deno.test("Courtesy.step() forgives everything as soon as it pays again", () => {
  let seconds = 3e-3;
  const courtesy = new Courtesy(() => seconds);
  courtesy.step();
  courtesy.found(1);
  assertEquals([courtesy.step(), courtesy.step()], [false, false]);
  seconds = 20e-6;
  assertEquals(courtesy.step(), true);
  courtesy.found(10);
  assertEquals(courtesy.step(), true);
  seconds = 3e-3;
  courtesy.step();
  courtesy.found(1);
  assertEquals([courtesy.step(), courtesy.step(), courtesy.step()], [false, false, true]);
});
