// Copyright 2026 the asyncio authors. MIT license.

/**
 * Meets programs that nobody here wrote, on this machine: `deno task interop [NAME]`. What is not
 * installed is skipped, and counted.
 *
 * @module
 */

import { subjects as http } from "./http.ts";
import { subjects as pipes } from "./pipes.ts";
import { subjects as python } from "./python.ts";
import { subjects as redis } from "./redis.ts";
import type { Subject } from "./subject.ts";
import { subjects as tls } from "./tls.ts";

/** Longer than any meeting may take, in milliseconds. */
const PATIENCE = 60_000;

async function isInstalled(program: string): Promise<boolean> {
  const options: Deno.CommandOptions = { args: ["-c", `command -v ${program}`], stdout: "null" };
  const { success } = await new Deno.Command("sh", options).output();
  return success;
}

/** How a meeting went. */
type Outcome = "ok" | "skipped" | "failed";

async function meet({ name, needs, meet }: Subject): Promise<Outcome> {
  const missing = [];
  for (const program of needs) if (!await isInstalled(program)) missing.push(program);
  if (missing.length > 0) {
    console.log(`SKIPPED  ${name}: ${missing.join(", ")} is not installed`);
    return "skipped";
  }
  const overdue = setTimeout(() => {
    console.log(`FAILED   ${name}: not done after ${PATIENCE / 1000} s`);
    Deno.exit(1);
  }, PATIENCE);
  try {
    const word = await meet();
    console.log(`ok       ${name}${word ? `: ${word}` : ""}`);
    return "ok";
  } catch (error) {
    console.log(`FAILED   ${name}`, error);
    return "failed";
  } finally {
    clearTimeout(overdue);
  }
}

const wanted = Deno.args[0] ?? "";
const count: Record<Outcome, number> = { ok: 0, skipped: 0, failed: 0 };
for (const subject of [...http, ...tls, ...python, ...redis, ...pipes]) {
  if (subject.name.includes(wanted)) count[await meet(subject)]++;
}
console.log(`${count.ok} passed, ${count.failed} failed, ${count.skipped} skipped`);
if (count.failed > 0) Deno.exit(1);
