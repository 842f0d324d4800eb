// Copyright 2026 the asyncio authors. MIT license.

import { check } from "./_libc.ts";
import { socketFunctions } from "./_socket_functions.ts";
import { systemOption } from "./_socket_numbers.ts";

/** The value of an option, and its length in bytes. */
const value = new Int32Array(32);
const length = new Int32Array(32);

/** The value of an option that is a number. */
export function readNumber(fd: number, level: number, option: number): number {
  read(fd, level, option, 4);
  return value[0]!;
}

/** The value of an option as the system has it, `size` bytes at most, and 128. */
export function readBytes(
  fd: number,
  level: number,
  option: number,
  size: number,
): Uint8Array<ArrayBuffer> {
  read(fd, level, option, Math.min(size, value.byteLength));
  return new Uint8Array(value.buffer).slice(0, length[0]);
}

/** Sets an option: to a number, or to what the system expects as bytes. */
export function writeOption(
  fd: number,
  level: number,
  option: number,
  wanted: number | boolean | Uint8Array,
): void {
  const numbers = systemOption(level, option);
  const { setsockopt } = socketFunctions();
  if (wanted instanceof Uint8Array) {
    check(setsockopt(fd, ...numbers, wanted, wanted.length));
  } else {
    value[0] = Number(wanted);
    check(setsockopt(fd, ...numbers, value, 4));
  }
}

function read(fd: number, level: number, option: number, size: number): void {
  length[0] = size;
  check(socketFunctions().getsockopt(fd, ...systemOption(level, option), value, length));
}
