// Copyright 2026 the asyncio authors. MIT license.

/** Run by `datagram_test.ts` with `--unstable-net`, where Deno has datagrams of its own. */

import { AF_UNIX, EVENT_READ, SOCK_DGRAM, Socket } from "@asyncio/asyncio/selectors";
import { assertEquals } from "@std/assert";
import { testDatagrams } from "./_datagram_tests.ts";
import { readable } from "../_sockets.ts";

if (!("listenDatagram" in Deno)) throw new Error("to be run with --unstable-net");

testDatagrams("Deno's datagrams");

Deno.test({
  name: "Socket over AF_UNIX sends datagrams to paths",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    {
      using left = new Socket(AF_UNIX, SOCK_DGRAM);
      using right = new Socket(AF_UNIX, SOCK_DGRAM);
      left.bind(`${folder}/left`);
      right.bind(`${folder}/right`);
      left.sendto("hello", `${folder}/right`);
      assertEquals(await readable(right), EVENT_READ);
      const [bytes, from] = right.recvfrom(10);
      assertEquals([new TextDecoder().decode(bytes), from], ["hello", `${folder}/left`]);
    }
    await Deno.remove(folder, { recursive: true });
  },
});
