// Copyright 2026 the asyncio authors. MIT license.

type Files = typeof import("node:fs");

interface Host {
  process: { getBuiltinModule(name: "node:fs"): Files };
}

/** Added to the path of a file for as long as it must not be removed. */
const KEPT = ".kept";

/**
 * The file of a listening Unix socket, which CPython removes when the server is closed, if it is still
 * the server's own.
 *
 * Deno removes whatever is at the path when its listener closes: what has taken the file's place is
 * held by a second name meanwhile.
 */
export class SocketFile {
  readonly #path: string;
  readonly #remove: boolean;
  readonly #inode: number | null;
  #isKept = false;

  /** @param remove Whether the file is to be removed. */
  constructor(path: string, remove: boolean) {
    this.#path = path;
    this.#remove = remove;
    this.#inode = isFile(path) ? inodeOf(path) : null;
  }

  /** Removes a socket that somebody has left at a path. */
  static removeStale(path: string): void {
    if (!isFile(path)) return;
    try {
      if (files().statSync(path).isSocket()) files().rmSync(path);
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return;
      // There may be permissions for the socket itself only: to bind it will tell.
      console.error(`Unable to check or remove stale UNIX socket ${path}: ${error}`);
    }
  }

  /** Before the socket is closed. */
  beforeClose(): void {
    const inode = this.#inode === null ? null : inodeOf(this.#path);
    if (inode === null || this.#remove && inode === this.#inode) return;
    files().linkSync(this.#path, this.#path + KEPT);
    this.#isKept = true;
  }

  /** After the system has let go of the socket. */
  afterClose(): void {
    const path = this.#path;
    if (this.#isKept) {
      if (inodeOf(path) === null) files().renameSync(path + KEPT, path);
      else files().rmSync(path + KEPT);
    } else if (this.#inode !== null && inodeOf(path) === this.#inode) files().rmSync(path);
  }
}

/** An abstract socket, whose name begins with a zero, has no file. */
function isFile(path: string): boolean {
  return path !== "" && path[0] !== "\0";
}

function inodeOf(path: string): number | null {
  return files().statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

function files(): Files {
  return (globalThis as unknown as Host).process.getBuiltinModule("node:fs");
}
