// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasServer } from "../distributed/_server.ts";
import { commandOf, outputOf } from "./_program.ts";

const FOLDER = new URL("../../examples/12_coroutines/", import.meta.url).pathname;

for (const path of ["distributed/word_count.ts", "distributed/pi.ts"]) {
  Deno.test(`${path} says so where no server is installed`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: commandOf(path),
      cwd: new URL("../../", import.meta.url),
      env: { NO_COLOR: "1", PATH: "/nowhere" },
    }).output();
    const decoder = new TextDecoder();
    assertEquals([code, decoder.decode(stdout)], [1, ""]);
    assertMatch(decoder.decode(stderr), /nats-server is not installed \(apt-get install/);
  });
}

Deno.test({
  name: "word_count counts every word once, in order, though a worker is killed",
  ignore: !hasServer,
  fn: async () => {
    const output = await outputOf("distributed/word_count.ts", "--folder", FOLDER);
    const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
    const counts = files.map((name) =>
      [...Deno.readTextFileSync(FOLDER + name).matchAll(/[A-Za-z]{4,}/g)].length
    );
    const lines = output.split("\n");
    assert(lines.includes("(a worker was killed)"));
    assertEquals(
      lines.filter((line) => /: \d+ words$/.test(line)),
      files.map((name, i) => `${name}: ${counts[i]} words`),
    );
    const total = counts.reduce((a, b) => a + b);
    assert(lines.includes(`${files.length} files, ${total} words; most often:`), output);
  },
});

Deno.test({
  name: "pi throws every dart once, though a worker is killed",
  ignore: !hasServer,
  fn: async () => {
    const { throwDarts } = await import("../../examples/distributed/pi.ts");
    const output = await outputOf("distributed/pi.ts", "--calls", "12", "--darts", "200000");
    const inside = Array.from({ length: 12 }, (_, seed) => throwDarts(seed, 200_000))
      .reduce((a, b) => a + b);
    assertMatch(output, new RegExp(`^${inside} of 2400000 darts are in the circle$`, "m"));
  },
});
