// Copyright 2026 the asyncio authors. MIT license.

import { BlockingIOError, InterruptedError } from "@asyncio/asyncio/selectors";
import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { codeOfErrno, errnoOf, errnoOfError, errorOfErrno } from "../../../selectors/_os_error.ts";
import { systemOption } from "../../../selectors/native/_socket_numbers.ts";

Deno.test("error numbers become the errors that Deno throws itself", async () => {
  let own: Error & { code?: string } = new Error();
  await Deno.connect({ hostname: "127.0.0.1", port: 1 }).catch((error) => own = error);
  const ours = errorOfErrno(111, "linux", "Connection refused") as typeof own;
  assertStrictEquals(ours.constructor, own.constructor);
  assertEquals([ours.name, ours.message, ours.code], [own.name, own.message, own.code]);
});

Deno.test("error numbers have the class that CPython's have, where there is one", () => {
  const { errors } = Deno;
  const classes: [number, new (message?: string) => Error][] = [
    [1, errors.PermissionDenied],
    [2, errors.NotFound],
    [4, InterruptedError],
    [9, errors.BadResource],
    [11, BlockingIOError],
    [13, errors.PermissionDenied],
    [17, errors.AlreadyExists],
    [20, errors.NotADirectory],
    [21, errors.IsADirectory],
    [32, errors.BrokenPipe],
    [98, errors.AddrInUse],
    [103, errors.ConnectionAborted],
    [104, errors.ConnectionReset],
    [107, errors.NotConnected],
    [108, errors.BrokenPipe],
    [110, errors.TimedOut],
    [111, errors.ConnectionRefused],
    [114, BlockingIOError],
    [115, BlockingIOError],
  ];
  for (const [errno, Class] of classes) {
    assertInstanceOf(errorOfErrno(errno, "linux", "text"), Class, `error ${errno}`);
  }
  const unknown = errorOfErrno(4095, "linux", "Unknown error 4095");
  assertEquals(String(unknown), "Error: Unknown error 4095 (os error 4095)");
  assertEquals((errorOfErrno(115, "linux", "") as BlockingIOError).errno, 115);
});

Deno.test("macOS's error numbers mean the same errors, and are told as Linux's", () => {
  // Source: xnu, bsd/sys/errno.h.
  const numbers = { EAGAIN: 35, EINPROGRESS: 36, EADDRINUSE: 48, ECONNRESET: 54, ENOTCONN: 57 };
  for (const [code, errno] of Object.entries(numbers)) {
    assertEquals(codeOfErrno(errno, "darwin"), code);
    assertEquals(errnoOf(code as never, "darwin"), errno);
  }
  assertInstanceOf(errorOfErrno(61, "darwin", "text"), Deno.errors.ConnectionRefused);
  assertEquals(errnoOfError(errorOfErrno(61, "darwin", "Connection refused")), 111);
  assertEquals((errorOfErrno(35, "darwin", "text") as BlockingIOError).errno, 11);
  assertEquals(codeOfErrno(11, "darwin"), undefined, "it is EDEADLK there");
  assertEquals(codeOfErrno(32, "darwin"), "EPIPE");
});

Deno.test("options have other numbers on macOS", () => {
  const SO_ERROR = [1, 4] as const;
  assertEquals(systemOption(...SO_ERROR, "linux"), [1, 4]);
  assertEquals(systemOption(...SO_ERROR, "darwin"), [0xffff, 0x1007]);
  assertEquals(systemOption(6, 1, "darwin"), [6, 1]);
  assertEquals(systemOption(41, 26, "darwin"), [41, 27]);
  let message = "";
  try {
    systemOption(1, 99, "darwin");
  } catch (error) {
    message = String(error);
  }
  assertEquals(
    message,
    "NotSupported: Cannot use socket option 99 of level 1: its number on macOS is not known",
  );
});
