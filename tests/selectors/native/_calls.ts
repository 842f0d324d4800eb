// Copyright 2026 the asyncio authors. MIT license.

/**
 * Calls of the C library that tests make behind the back of the selectors.
 *
 * @module
 */

const { symbols } = Deno.dlopen(Deno.build.os === "darwin" ? "libSystem.B.dylib" : "libc.so.6", {
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  pipe: { parameters: ["buffer"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  openpty: { parameters: ["buffer", "buffer", "pointer", "pointer", "pointer"], result: "i32" },
});

const F_GETFL = 3;
const O_NONBLOCK = Deno.build.os === "darwin" ? 4 : 0o4000;

/** Makes `to` a copy of `from`. */
export function dup2(from: number, to: number): void {
  if (symbols.dup2(from, to) !== to) throw new Error("dup2 failed");
}

/** A copy of a descriptor. */
export function openCopy(fd: number): number {
  const copy = symbols.dup(fd);
  if (copy < 0) throw new Error("dup failed");
  return copy;
}

export function closeDescriptor(fd: number): void {
  if (symbols.close(fd) !== 0) throw new Error("close failed");
}

/** Both ends of a new pipe, which wait. */
export function openPipe(): [reader: number, writer: number] {
  const ends = new Int32Array(32);
  if (symbols.pipe(ends) !== 0) throw new Error("pipe failed");
  return [ends[0]!, ends[1]!];
}

/** Both ends of a new terminal. */
export function openTerminal(): [master: number, slave: number] {
  const [master, slave] = [new Int32Array(32), new Int32Array(32)];
  if (symbols.openpty(master, slave, null, null, null) !== 0) throw new Error("openpty failed");
  return [master[0]!, slave[0]!];
}

/** Whether calls on a descriptor wait. */
export function waits(fd: number): boolean {
  const flags = symbols.fcntl(fd, F_GETFL, 0);
  if (flags < 0) throw new Error("fcntl failed");
  return (flags & O_NONBLOCK) === 0;
}

/** Opens a file for reading, and gives its descriptor. */
export function openFile(path: string): number {
  const fd = symbols.open(new TextEncoder().encode(path + "\0"), O_NONBLOCK);
  if (fd < 0) throw new Error(`open failed: ${path}`);
  return fd;
}
