// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { makeIdentity } from "../asyncio/_certificates.ts";
import { commandOf, start } from "./_program.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const README = Deno.readTextFileSync(new URL("README.md", EXAMPLES));
const COMMANDS = [...README.matchAll(/`deno (run .*?)`/g)].map(([, command]) => command!);

/** All programs: what can be run by itself. */
function programs(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(folder, EXAMPLES))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return programs(`${folder}${name}/`);
    if (!name.endsWith(".ts")) return [];
    const source = Deno.readTextFileSync(new URL(folder + name, EXAMPLES));
    return source.includes("import.meta.main") ? [folder + name] : [];
  });
}

Deno.test("examples/README.md has every program, with the command of its header", () => {
  assertEquals(
    COMMANDS.filter((command) => command.endsWith(".ts")).toSorted(),
    programs().map((path) => commandOf(path).join(" ")).toSorted(),
  );
});

Deno.test("examples/README.md has commands with options as the headers have them", () => {
  for (const command of COMMANDS.filter((command) => !command.endsWith(".ts"))) {
    const path = /examples\/(\S+\.ts)/.exec(command)![1]!;
    assertStringIncludes(Deno.readTextFileSync(new URL(path, EXAMPLES)), ` deno ${command}\n`);
  }
});

Deno.test("examples/README.md links to files that are there", () => {
  const links = [...README.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link]) => link!);
  assert(links.length > 0);
  for (const link of links) assert(Deno.statSync(new URL(link, EXAMPLES)).isFile, link);
});

/** The files of a server over TLS. */
const FOLDER = Deno.makeTempDirSync();
const { cert, key } = await makeIdentity("localhost");
Deno.writeTextFileSync(`${FOLDER}/cert.pem`, cert);
Deno.writeTextFileSync(`${FOLDER}/key.pem`, key);

/** What brings a program soon to where it needs its permissions. */
const QUICK: Record<string, string[]> = {
  "10_blocking/thread_cost.ts": ["--tasks", "1"],
  "million/benchmark.ts": ["--sleeps", "1", "--workers", "1"],
  "tls_echo.ts": ["--cert", `${FOLDER}/cert.pem`, "--key", `${FOLDER}/key.pem`],
};

for (const path of programs()) {
  const words = commandOf(path);
  const permissions = words.filter((word) => word.startsWith("--allow-"));

  for (const permission of permissions) {
    Deno.test(`${path} cannot do without ${permission}`, async () => {
      const without = words.filter((word) => word !== permission);
      const child = start([...without, ...QUICK[path] ?? []]);
      const { code, stderr } = await child.output();
      assertNotEquals(code, 0);
      const name = /[a-z]+(?==|$)/.exec(permission)![0];
      assertStringIncludes(new TextDecoder().decode(stderr), `Requires ${name} access`);
    });
  }
}
