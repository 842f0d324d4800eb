// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertMatch } from "@std/assert";
import { makeIdentity } from "../asyncio/_certificates.ts";
import { assertRefuses, outputOf } from "./_program.ts";

const PATH = "tls_echo.ts";

Deno.test(`${PATH} says over TLS what it is told`, async () => {
  const folder = await Deno.makeTempDir();
  const { cert, key } = await makeIdentity("localhost", { dnsNames: ["localhost"] });
  await Deno.writeTextFile(`${folder}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder}/key.pem`, key);
  const files = ["--cert", `${folder}/cert.pem`, "--key", `${folder}/key.pem`];
  const output = await outputOf(PATH, "--port", "0", ...files, "--message", "hello");
  const [listening, version, answer] = output.trim().split("\n");
  assertMatch(listening!, /^Echo over TLS on localhost:\d+$/);
  assertMatch(version!, /^127\.0\.0\.1:\d+ speaks TLSv1\.3$/);
  assertEquals(answer, "hello");
});

Deno.test(`${PATH} says which file is missing`, async () => {
  const expected = { code: 1, message: /^Cannot serve on localhost:8443: No such file/ };
  await assertRefuses(expected, PATH, "--cert", "/no/such/file");
});
