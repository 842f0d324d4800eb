// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { TEXTS } from "../../watch/chapters/texts.ts";
import { readChapters } from "../../watch/server/chapters.ts";
import { logOf } from "./_programs.ts";

const CHAPTERS = new URL("../../watch/chapters/", import.meta.url);

/** Programs whose lines come in another order where sockets are real. */
const UNORDERED = new Set(["02_selector", "09_guessing_game"]);

Deno.test("The chapters are all there, in both languages", async () => {
  const programs = [...Deno.readDirSync(CHAPTERS)].map(({ name }) => name)
    .filter((name) => /^\d/.test(name)).sort();
  assertEquals(TEXTS.map(({ id }) => `${id}.ts`), programs);
  assertEquals((await readChapters()).map(({ id }) => id), TEXTS.map(({ id }) => id));
  for (const { id, en, ja } of TEXTS) {
    for (const { title, text, question, answer } of [en, ja]) {
      for (const words of [title, question, answer]) assert(words !== "", id);
      assertEquals(text.length, 3);
    }
    for (const sentence of en.text) assertMatch(sentence, /^[A-Za-z][^]*\.$/, id);
    for (const sentence of ja.text) assertMatch(sentence, /[\u3040-\u30ff][^]*。$/, id);
    assertMatch(en.question, /\?$/);
    assertMatch(ja.question, /[??]$/);
    assertNotMatch(JSON.stringify(en), /[\u3040-\u30ff\u4e00-\u9fff]/, id);
  }
});

Deno.test("The programs of the chapters fit beside the page", async () => {
  for (const { id, program } of await readChapters()) {
    const lines = program.split("\n");
    assert(lines.length <= 65, `${id} has ${lines.length} lines`);
    assertMatch(lines[0]!, /^import /, id);
  }
});

Deno.test("The programs of the chapters write in Deno, on real sockets, what they write on the page", async () => {
  const outputs = await Promise.all(TEXTS.map(async ({ id }) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net=127.0.0.1", "--no-check", new URL(`${id}.ts`, CHAPTERS).pathname],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals([id, code, new TextDecoder().decode(stderr)], [id, 0, ""]);
    return new TextDecoder().decode(stdout).trimEnd().split("\n");
  }));
  for (const [i, { id }] of TEXTS.entries()) {
    const [here, there] = [await logOf(id), outputs[i]!].map((lines) =>
      // How long something really takes depends on the machine.
      lines.map((line) => line.replace(/\d+ s$/, "n s"))
    );
    if (UNORDERED.has(id)) [here!, there!].forEach((lines) => lines.sort());
    assertEquals(here, there, id);
  }
});
