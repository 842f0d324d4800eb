// Copyright 2026 the asyncio authors. MIT license.
// CPython: Lib/asyncio/unix_events.py, _UnixReadPipeTransport and _UnixWritePipeTransport

import { ValueError } from "../errors.ts";
import type { NonBlockingPipe } from "../non_blocking_pipe.ts";
import { activity } from "./_activity.ts";
import { isBlocking, libc, setBlocking } from "./_libc.ts";
import { type Lease, leaseOf, takeLease } from "./_lease.ts";
import { type Opened, openLibrary } from "./_library.ts";
import { makeReceipt, receipt } from "./_receipt.ts";
import { persist } from "./_waiting.ts";
import { POLLIN, POLLOUT } from "./_poll_events.ts";

/** glibc has it since 2.33; before, what kind of file it is shows when it is to be watched. */
const FUNCTIONS = {
  fstat: { parameters: ["i32", "buffer"], result: "i32", optional: true },
} as const;

let functions: Opened<typeof FUNCTIONS> | null = null;

/** Bytes that `struct stat` has at most. */
const STAT_SIZE = 256;

/**
 * Where the kind of a file stands in `struct stat`. Sources: Linux, asm/stat.h of x86 and
 * asm-generic/stat.h; xnu, bsd/sys/stat.h.
 */
const MODE_OFFSET = { linux: { x86_64: 24, aarch64: 16 }, darwin: { x86_64: 4, aarch64: 4 } };

// Source: POSIX's values of S_IFMT and its like, which all systems have.
const S_IFMT = 0o170000;
const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;
const S_IFSOCK = 0o140000;

/**
 * An end of a pipe, a socket or a character device, by its descriptor.
 *
 * Invariants: #fd is -1 exactly when closed, and then #lease has ended. While it holds a descriptor no
 * other pipe does, and no socket of ours: it would be closed twice, and by then may be another file.
 */
export class NativePipe implements NonBlockingPipe {
  readonly isDevice: boolean;
  /** Whether it waited before: whoever shares it, a terminal's next program say, may rely on that. */
  readonly #blocked: boolean;
  readonly #lease: Lease;
  #fd: number;

  constructor(fd: number) {
    if (!Number.isInteger(fd) || fd < 0) throw new ValueError(`Invalid file descriptor: ${fd}`);
    if (leaseOf(fd) !== null) {
      throw new ValueError(
        `Cannot connect pipe: descriptor ${fd} belongs to another pipe or a socket, detach or copy it`,
      );
    }
    this.#blocked = isBlocking(fd);
    const kind = kindOf(fd);
    if (kind !== null && kind !== S_IFIFO && kind !== S_IFCHR && kind !== S_IFSOCK) {
      throw new ValueError("Pipe transport is only for pipes, sockets and character devices");
    }
    this.isDevice = kind === S_IFCHR;
    if (this.#blocked) setBlocking(fd, false);
    this.#fd = fd;
    this.#lease = takeLease(fd);
  }

  fileno(): number {
    return this.#fd;
  }

  tryRead(size: number): Uint8Array<ArrayBuffer> | null {
    const room = makeReceipt(size, "read");
    const count = this.#try(POLLIN, () => libc().all.read(this.#fd, receipt, room));
    return count < 0 ? null : receipt.slice(0, count);
  }

  tryWrite(data: Uint8Array): number | null {
    const room = BigInt(data.length);
    const count = this.#try(POLLOUT, () => libc().all.write(this.#fd, data, room));
    return count < 0 ? null : count;
  }

  close(): void {
    const fd = this.#fd;
    if (fd < 0) return;
    this.#fd = -1;
    this.#lease.end(fd);
    try {
      if (this.#blocked) setBlocking(fd, true);
    } finally {
      libc().all.close(fd);
    }
  }

  #try(events: number, call: () => number): number {
    activity.count++;
    const count = call();
    const number = libc().errno[0]!;
    return count >= 0 ? count : persist(this.#fd, 0, number, events, call);
  }
}

/** What kind of file a descriptor is of; `null` where the system does not tell. */
function kindOf(fd: number): number | null {
  functions ??= openLibrary(FUNCTIONS);
  if (functions.fstat === null) return null;
  const stat = new DataView(new ArrayBuffer(STAT_SIZE));
  if (functions.fstat(fd, stat) !== 0) return null;
  return stat.getUint16(MODE_OFFSET[libc().platform][Deno.build.arch], true) & S_IFMT;
}
