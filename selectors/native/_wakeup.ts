// Copyright 2026 the asyncio authors. MIT license.

import { check, closeOnExec, libc, setBlocking } from "./_libc.ts";

/** `EFD_CLOEXEC | EFD_NONBLOCK`. Source: Linux, asm-generic/fcntl.h, on x86-64 and arm64 alike. */
const EVENTFD_FLAGS = 0o2000000 | 0o4000;

/**
 * What ends a wait on another thread: a descriptor that becomes readable, and stays so until it is
 * reset. An eventfd on Linux, a pipe elsewhere.
 */
export class Wakeup {
  /** The descriptor to wait for. */
  readonly fd: number;
  readonly #writer: number;
  readonly #bytes = new Uint8Array(128);
  #signalled = false;

  constructor() {
    const { linux } = libc();
    if (linux !== null) {
      this.fd = this.#writer = check(linux.eventfd(0, EVENTFD_FLAGS));
    } else {
      [this.fd, this.#writer] = openPipe();
    }
    // The number 1 of an eventfd, and eight bytes of a pipe.
    this.#bytes[0] = 1;
  }

  /** Ends the wait under way, or the next. */
  signal(): void {
    if (this.#signalled) return;
    this.#signalled = true;
    libc().all.write(this.#writer, this.#bytes, 8n);
  }

  /** Makes it ready to end another wait. */
  reset(): void {
    if (!this.#signalled) return;
    this.#signalled = false;
    libc().all.read(this.fd, this.#bytes, 8n);
    this.#bytes.fill(0, 1);
    this.#bytes[0] = 1;
  }

  close(): void {
    const { all } = libc();
    all.close(this.fd);
    if (this.#writer !== this.fd) all.close(this.#writer);
  }
}

function openPipe(): [reader: number, writer: number] {
  const ends = new Int32Array(32);
  check(libc().darwin!.pipe(ends));
  const [reader, writer] = ends as unknown as [number, number];
  for (const fd of [reader, writer]) {
    closeOnExec(fd);
    setBlocking(fd, false);
  }
  return [reader, writer];
}
