// Copyright 2026 the asyncio authors. MIT license.

import "./_open.ts";
import { AF_INET, AF_INET6, AF_UNIX, type SocketAddress } from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeAddress, isSockaddr } from "../../../selectors/native/_sockaddr.ts";
import type { Platform } from "../../../selectors/native/_library.ts";
import { NATIVE } from "./_open.ts";

function encode(platform: Platform, family: number, address: SocketAddress): number[] {
  const target = encodeAddress(family, address, "test", platform);
  assert(isSockaddr(target));
  assertEquals(target.length, target.bytes.length);
  return [...target.bytes];
}

const zeros = (count: number) => new Array(count).fill(0);

const test = (name: string, fn: () => void) => Deno.test({ name, ignore: !NATIVE, fn });

// Sources: Linux, uapi/linux/in.h; xnu, bsd/netinet/in.h.
test("IPv4 addresses are a sockaddr_in", () => {
  const rest = [0x1f, 0x90, 192, 0, 2, 1, ...zeros(8)];
  assertEquals(encode("linux", AF_INET, ["192.0.2.1", 8080]), [2, 0, ...rest]);
  assertEquals(encode("darwin", AF_INET, ["192.0.2.1", 8080]), [16, 2, ...rest]);
});

// Sources: Linux, uapi/linux/in6.h; xnu, bsd/netinet6/in6.h.
test("IPv6 addresses are a sockaddr_in6", () => {
  const host = [0x20, 0x01, 0x0d, 0xb8, ...zeros(11), 1];
  const rest = [0x1f, 0x90, 0, 1, 2, 3, ...host, 7, 0, 0, 0];
  const address = ["2001:db8::1", 8080, 0x10203, 7] as const;
  assertEquals(encode("linux", AF_INET6, address), [10, 0, ...rest]);
  const mapped = encode("linux", AF_INET6, ["::ffff:192.0.2.1", 0]);
  assertEquals(mapped.slice(18, 24), [0xff, 0xff, 192, 0, 2, 1]);
});

// Sources: Linux, uapi/linux/un.h; xnu, bsd/sys/un.h.
test("Unix paths are a sockaddr_un", () => {
  assertEquals(encode("linux", AF_UNIX, "/x"), [1, 0, 47, 120, 0]);
  assertEquals(encode("darwin", AF_UNIX, "/x"), [5, 1, 47, 120, 0]);
  assertEquals(encode("linux", AF_UNIX, "\0x\0"), [1, 0, 0, 120, 0], "every byte counts");
  assertEquals(encode("linux", AF_UNIX, ""), [1, 0]);
  assertEquals(encode("linux", AF_UNIX, "x".repeat(107)).length, 110);
  assertEquals(encode("darwin", AF_UNIX, "x".repeat(103)).length, 106);
  assertThrows(() => encode("linux", AF_UNIX, "x".repeat(108)), Error, "too long");
  assertThrows(() => encode("darwin", AF_UNIX, "x".repeat(104)), Error, "too long");
});

test("names are left to a resolver, unless everybody knows what they mean", () => {
  assertEquals(encode("linux", AF_INET, ["", 0]).slice(4, 8), [0, 0, 0, 0]);
  assertEquals(encode("linux", AF_INET, ["localhost", 0]).slice(4, 8), [127, 0, 0, 1]);
  assertEquals(encode("linux", AF_INET, ["<broadcast>", 0]).slice(4, 8), [255, 255, 255, 255]);
  assertEquals(encode("linux", AF_INET, ["127.1", 0]).slice(4, 8), [127, 0, 0, 1]);
  assertEquals(encode("linux", AF_INET6, ["localhost", 0]).at(23), 1);
  for (const host of ["example.com", "256.1.1.1.1", "deadbeef"]) {
    assert(!isSockaddr(encodeAddress(AF_INET, [host, 80], "test")), host);
  }
});
