// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { testDatagrams } from "./_datagram_tests.ts";

const ROOT = new URL("../../..", import.meta.url);

testDatagrams("listenDatagram" in Deno ? "Deno's datagrams" : "Node's datagrams");

Deno.test("Deno's own datagrams pass the same tests", async () => {
  const file = new URL("_datagram_unstable.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--no-lock", "--allow-all", "--unstable-net", file],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stderr: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stdout));
});

for (const flags of [[], ["--unstable-net"]]) {
  Deno.test(`datagram sockets keep the process alive while registered ${flags}`, async () => {
    const program = `
      import { AF_INET, DefaultSelector, EVENT_READ, SOCK_DGRAM, Socket } from
        "@asyncio/asyncio/selectors";
      const selector = new DefaultSelector();
      const sock = new Socket(AF_INET, SOCK_DGRAM);
      sock.bind(["127.0.0.1", 0]);
      selector.register(sock, EVENT_READ);
      const sender = new Socket(AF_INET, SOCK_DGRAM);
      Deno.unrefTimer(setTimeout(() => sender.sendto("x", sock.getsockname()), 30));
      await selector.select();
      console.log(sock.recv(1).length);
      selector.unregister(sock);
      sock.tryRecv(1);
    `;
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", ...flags, "--ext=ts", "--no-lock", program],
      cwd: ROOT,
      stderr: "null",
      signal: AbortSignal.timeout(20_000),
    }).output();
    assertEquals([new TextDecoder().decode(stdout), code], ["1\n", 0]);
  });
}
