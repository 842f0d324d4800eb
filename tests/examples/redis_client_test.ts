// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { FakeRedis } from "./_fake_redis.ts";
import { assertRefuses, freePort, outputOf } from "./_program.ts";

const PATH = "redis_client.ts";

Deno.test(`${PATH} talks to a server`, async () => {
  using redis = new FakeRedis();
  assertEquals(
    await outputOf(PATH, "--port", String(redis.port)),
    `PING: PONG
SET: OK
GET: Grüße, 世界
INCR: ERR value is not an integer or out of range
A thousand INCR at one go: 1000
GET: null
`,
  );
});

Deno.test(`${PATH} says that there is no server`, async () => {
  const expected = { code: 1, message: /^Cannot talk to Redis on 127\.0\.0\.1:\d+: .*refused/ };
  await assertRefuses(expected, PATH, "--port", String(freePort()));
});
