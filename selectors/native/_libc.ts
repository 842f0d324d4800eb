// Copyright 2026 the asyncio authors. MIT license.

import { codeOfErrno, errnoOf, type ErrorCode, errorOfErrno } from "../_os_error.ts";
import { type Opened, openLibrary, type Platform, platformFor } from "./_library.ts";

/**
 * What every part of this folder needs of the C library.
 *
 * `ssize_t` is declared as `i32`: no call here moves 2 GB. Those that end in `Elsewhere` run on a
 * thread of the host's pool; what they point to must not belong to the isolate (see
 * {@linkcode allocate}), and their error number cannot be known.
 */
const FUNCTIONS = {
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // The third argument is variadic, and on macOS for arm64 such an argument is passed on the stack:
  // behind six that fill the registers.
  fcntlOnStack: {
    name: "fcntl",
    parameters: ["i32", "i32", "i64", "i64", "i64", "i64", "i64", "i64", "i64"],
    result: "i32",
  },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  pollElsewhere: {
    name: "poll",
    parameters: ["pointer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
  sched_yield: { parameters: [], result: "i32" },
  strerror: { parameters: ["i32"], result: "pointer" },
  malloc: { parameters: ["usize"], result: "pointer" },
  free: { parameters: ["pointer"], result: "void" },
} as const;

const LINUX_FUNCTIONS = {
  errnoLocation: { name: "__errno_location", parameters: [], result: "pointer" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  ppoll: { parameters: ["buffer", "usize", "buffer", "pointer"], result: "i32" },
  ppollElsewhere: {
    name: "ppoll",
    parameters: ["pointer", "usize", "pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
} as const;

const DARWIN_FUNCTIONS = {
  errnoLocation: { name: "__error", parameters: [], result: "pointer" },
  pipe: { parameters: ["buffer"], result: "i32" },
} as const;

/** The C library of this isolate. */
export interface Libc {
  readonly platform: Platform;
  /** What every system has. */
  readonly all: Opened<typeof FUNCTIONS>;
  /** What Linux has besides, or `null` elsewhere. */
  readonly linux: Opened<typeof LINUX_FUNCTIONS> | null;
  /** What macOS has besides, or `null` elsewhere. */
  readonly darwin: Opened<typeof DARWIN_FUNCTIONS> | null;
  /**
   * Its one element is `errno` of the thread that runs this isolate, and always the same one. To be
   * read on the line after the call: whatever the host does next may change it.
   */
  readonly errno: Int32Array;
}

let opened: Libc | null = null;

/** The C library, opened when it is first asked for. */
export function libc(): Libc {
  return opened ??= open();
}

function open(): Libc {
  const platform = platformFor("native socket or selector");
  const all = openLibrary(FUNCTIONS);
  const linux = platform === "linux" ? openLibrary(LINUX_FUNCTIONS) : null;
  const darwin = platform === "darwin" ? openLibrary(DARWIN_FUNCTIONS) : null;
  const location = (linux ?? darwin)!.errnoLocation();
  const errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location!, 4));
  return { platform, all, linux, darwin, errno };
}

/** The error for a number that a call of the C library has left in `errno`. */
export function systemError(errno: number): Error {
  const { all, platform } = libc();
  const text = all.strerror(errno);
  return errorOfErrno(
    errno,
    platform,
    text === null ? "" : Deno.UnsafePointerView.getCString(text),
  );
}

/** The code that this system means by a number left in `errno`, if it is one of the table. */
export function codeOf(errno: number): ErrorCode | undefined {
  return codeOfErrno(errno, libc().platform);
}

/** Linux's number for one of this system's: this layer speaks in Linux's. */
export function linuxErrno(errno: number): number {
  const code = codeOf(errno);
  return code === undefined ? errno : errnoOf(code);
}

/** The number that this system has for a code. */
export function systemErrno(code: ErrorCode): number {
  return errnoOf(code, libc().platform);
}

const F_GETFL = 3;
const F_SETFL = 4;
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** `fcntl`, whose third argument is variadic. */
export function fcntl(fd: number, command: number, argument = 0): number {
  const { all, platform } = libc();
  if (platform !== "darwin" || Deno.build.arch !== "aarch64") {
    return all.fcntl(fd, command, argument);
  }
  return all.fcntlOnStack(fd, command, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(argument));
}

/** Throws what `errno` says if a call has failed. For calls that are not in a hurry. */
export function check(result: number): number {
  const errno = libc().errno[0]!;
  if (result < 0) throw systemError(errno);
  return result;
}

/** Makes calls on a descriptor wait or not. */
export function setBlocking(fd: number, blocking: boolean): void {
  const flags = check(fcntl(fd, F_GETFL));
  const wanted = blocking ? flags & ~nonBlockingFlag() : flags | nonBlockingFlag();
  if (wanted !== flags) check(fcntl(fd, F_SETFL, wanted));
}

/** Whether calls on a descriptor wait. */
export function isBlocking(fd: number): boolean {
  return (check(fcntl(fd, F_GETFL)) & nonBlockingFlag()) === 0;
}

/** Keeps a descriptor from child processes. */
export function closeOnExec(fd: number): void {
  check(fcntl(fd, F_SETFD, FD_CLOEXEC));
}

/** `O_NONBLOCK`. Sources: Linux, asm-generic/fcntl.h; xnu, bsd/sys/fcntl.h. */
function nonBlockingFlag(): number {
  return libc().platform === "linux" ? 0o4000 : 4;
}

/** A block of memory of the C library's. */
export interface Block {
  readonly pointer: Deno.PointerObject;
  /** The block, in words of 32 bits. Not to be used once it is freed. */
  readonly words: Int32Array;
}

/**
 * Memory for a call that runs on another thread: it outlives the isolate, so that the system never
 * writes to what is no longer there, even if a Worker is terminated in the middle of the call.
 */
export function allocate(words: number): Block {
  const pointer = libc().all.malloc(BigInt(words * 4));
  if (pointer === null) throw systemError(errnoOf("ENOMEM"));
  return {
    pointer,
    words: new Int32Array(Deno.UnsafePointerView.getArrayBuffer(pointer, words * 4)),
  };
}

/** Gives a block back. */
export function free(block: Block): void {
  libc().all.free(block.pointer);
}
