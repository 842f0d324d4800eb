// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";

const module = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

Deno.test("Without Deno, lost connections have errors of the same names", async () => {
  const program = `
    import * as net from ${module("asyncio/_net.ts")};
    import { ConnectionError, OSError } from ${module("mod.ts")};
    const reset = new Deno.errors.ConnectionReset();
    const found = [net.isConnectionGone(reset), net.clientHasGone(reset)];
    delete globalThis.Deno;
    const lost = net.connectionLost();
    console.log(JSON.stringify([
      found,
      String(lost),
      String(net.connectionClosed()),
      lost instanceof ConnectionError && lost instanceof OSError,
      net.isConnectionGone(lost),
      net.clientHasGone(lost),
      net.clientHasGone(new Error("other")),
      net.isAddrInUse(net.addrInUse("taken", null)),
      net.isNotSupported(net.notSupported("no")),
      net.isNotSupported(lost),
      String(net.notAvailable("none")),
      String(net.combined([net.notAvailable("a"), new Error("b")])),
    ]));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [
    [true, true],
    "ConnectionReset: Connection lost",
    "ConnectionReset: Connection is closed by peer",
    true,
    true,
    true,
    false,
    true,
    true,
    false,
    "AddrNotAvailable: none",
    "AddrNotAvailable: Multiple exceptions: a, b",
  ]);
});
