// Copyright 2026 the asyncio authors. MIT license.

/** How programs end that have started processes. Each is a process of its own. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { isThere } from "./_commands.ts";

/** Longer than any of them may take, in milliseconds: who is still there then would be for ever. */
const FOR_EVER = 30_000;

function start(name: string, permissions: string[] = ["--allow-all"]): Deno.ChildProcess {
  return command(Deno.execPath(), denoArgs(name, permissions)).spawn();
}

function denoArgs(name: string, permissions: string[]): string[] {
  const program = new URL("_programs/ends.ts", import.meta.url).pathname;
  return ["run", "--no-prompt", "--no-check", ...permissions, program, name];
}

function command(program: string, args: string[]): Deno.Command {
  return new Deno.Command(program, {
    args,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

interface Ended {
  readonly code: number;
  readonly lines: string[];
  readonly stderr: string;
}

/** Waits until a process has ended; one that does not is killed, and its code says so. */
async function ended(child: Deno.ChildProcess): Promise<Ended> {
  const timer = setTimeout(() => child.kill("SIGKILL"), FOR_EVER);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  const lines = decoder.decode(stdout).trim().split("\n");
  return { code, lines, stderr: decoder.decode(stderr) };
}

/** Waits until a process that was killed is no more: it has no parent, and is waited for by others. */
async function gone(pid: number): Promise<void> {
  while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("a program ends when its processes have", async () => {
  assertEquals(await ended(start("done")), { code: 0, lines: ["hello", "end"], stderr: "" });
});

for (const name of ["running", "byHand", "endless"]) {
  Deno.test(`a loop that is closed kills what runs, and says so: ${name}`, async () => {
    const { code, lines, stderr } = await ended(start(name));
    assertEquals([code, lines[1]], [0, "end"]);
    const pid = Number(lines[0]);
    const warning = `^unclosed transport <SubprocessTransport pid=${pid} running( \\w+=<.*>)*>\n$`;
    assertMatch(stderr, new RegExp(warning));
    await gone(pid);
  });
}

Deno.test("a loop that is closed while a process is started kills it", async () => {
  const { code, lines, stderr } = await ended(start("starting"));
  assertEquals([code, lines], [0, ["false", "end"]]);
  await gone(Number(/pid=(\d+)/.exec(stderr)![1]));
});

Deno.test("a program ends though it has not waited for what it has killed", async () => {
  const { code, lines } = await ended(start("killed"));
  assertEquals([code, lines[1]], [0, "end"]);
  await gone(Number(lines[0]));
});

Deno.test("a program ends though a grandchild holds its pipes", async () => {
  const { code, lines, stderr } = await ended(start("kept"));
  const [words, end] = lines;
  const [returncode, holder] = words!.split(" ").map(Number);
  assertEquals([code, returncode, end, stderr], [0, 0, "end", ""]);
  assert(isThere(holder!));
  Deno.kill(holder!, "SIGKILL");
});

Deno.test("a program that is interrupted ends with its process", async () => {
  const child = start("interrupted");
  const timer = setTimeout(() => child.kill("SIGKILL"), FOR_EVER);
  const errors = new Response(child.stderr).text();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (text === "") child.kill("SIGINT");
    text += piece;
  }
  const { code } = await child.status;
  clearTimeout(timer);
  const [pid, end] = text.split("\n");
  assertEquals([code, end], [0, "end"]);
  assertMatch(await errors, new RegExp(`^unclosed transport <SubprocessTransport pid=${pid} `));
  await gone(Number(pid));
});

Deno.test({
  name: "two hundred processes run at once, and nothing is left of them",
  ignore: Deno.build.os !== "linux",
  async fn() {
    assertEquals(await ended(start("many")), { code: 0, lines: ["200 0", "end"], stderr: "" });
  },
});

Deno.test("a program without descriptors is told so, and loses none", async () => {
  const deno = [Deno.execPath(), ...denoArgs("noDescriptors", ["--allow-all"])];
  const child = command("sh", ["-c", 'ulimit -n 100; exec "$0" "$@"', ...deno]).spawn();
  const { code, lines, stderr } = await ended(child);
  assertEquals([code, stderr], [0, ""]);
  const refusals = lines.splice(0, 6);
  for (const line of refusals) {
    assertMatch(line, /^Error: Failed to spawn '.*': .*\(os error 24\)$/);
  }
  assertEquals(lines, ["again", "0", "end"]);
});

const REFUSED = (program: string) =>
  `NotCapable: Requires run access to "${program}", run again with the --allow-run flag`;

Deno.test("a program without permission is told which it needs", async () => {
  const shell = REFUSED("/bin/sh");
  const { lines, stderr } = await ended(start("permissions", []));
  assertEquals([lines, stderr], [[REFUSED("cat"), shell, shell, "end"], ""]);
});

Deno.test("a program needs the permission to run, and no other", async () => {
  const shell = REFUSED("/bin/sh");
  const some = await ended(start("permissions", ["--allow-run=cat"]));
  assertEquals(some, { code: 0, lines: ["ok", shell, shell, "end"], stderr: "" });
  const all = await ended(start("permissions", ["--allow-run"]));
  assertEquals(all, { code: 0, lines: ["ok", "ok", "ok", "end"], stderr: "" });
});
