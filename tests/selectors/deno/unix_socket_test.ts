// Copyright 2026 the asyncio authors. MIT license.

import { AF_UNIX, Socket } from "@asyncio/asyncio/selectors";
import { assertEquals, assertThrows } from "@std/assert";
import { readable, writable } from "../_sockets.ts";

Deno.test({
  name: "Socket over AF_UNIX has paths for addresses",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/socket`;
    {
      using server = new Socket(AF_UNIX);
      assertEquals(server.getsockname(), "");
      assertThrows(
        () => server.bind(["localhost", 1]),
        TypeError,
        "AF_UNIX address must be string",
      );
      server.bind(path);
      server.listen();
      assertEquals(server.getsockname(), path);
      using client = new Socket(AF_UNIX);
      client.connectEx(path);
      await writable(client);
      await readable(server);
      const [conn, address] = server.accept();
      assertEquals(address, "");
      client.send("Hello");
      await readable(conn);
      assertEquals(new TextDecoder().decode(conn.recv(10)), "Hello");
      conn.close();
    }
    await Deno.remove(folder, { recursive: true });
  },
});
