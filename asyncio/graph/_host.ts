// Copyright 2026 the asyncio authors. MIT license.

/** What looking into a program from outside needs of the host: Unix sockets, and who it is. */

/** Where the program of a process answers who asks for its tasks. */
export function addressOf(pid: number): string {
  return `/tmp/asyncio-${pid}.sock`;
}

/**
 * Answers, on a Unix socket, whoever connects, by what `answer` gives, to the end of the process, which
 * it does not delay. Does nothing where that is not possible, or not permitted.
 */
export function answerEverybody(answer: () => string): void {
  if (typeof Deno === "undefined" || Deno.build.os === "windows") return;
  const path = addressOf(Deno.pid);
  if (!isPermitted(path)) return;
  try {
    // Only a process of the same number can have left a file there.
    removeFile(path);
    const listener = Deno.listen({ transport: "unix", path });
    listener.unref();
    globalThis.addEventListener("unload", () => removeFile(path));
    void answerAll(listener, answer);
  } catch {
    // The program is not to fail because nobody can look into it.
  }
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function isPermitted(path: string): boolean {
  return [
    { name: "read", path },
    { name: "write", path },
    { name: "net", host: `unix:${path}` },
  ].every((wanted) => {
    try {
      return Deno.permissions.querySync(wanted as Deno.PermissionDescriptor).state === "granted";
    } catch {
      return false;
    }
  });
}

async function answerAll(listener: Deno.Listener, answer: () => string): Promise<void> {
  try {
    for await (const conn of listener) void answerOne(conn, answer);
  } catch {
    // Closed meanwhile.
  }
}

async function answerOne(conn: Deno.Conn, answer: () => string): Promise<void> {
  try {
    await new Blob([answer()]).stream().pipeTo(conn.writable);
  } catch {
    // Whoever has asked has gone.
  }
}

/** What the program of another process answers. Rejects if there is nobody, or it takes too long. */
export async function ask(pid: number, milliseconds: number): Promise<string> {
  const conn = await Deno.connect({ transport: "unix", path: addressOf(pid) });
  const timer = setTimeout(() => conn.close(), milliseconds);
  try {
    return await new Response(conn.readable).text();
  } finally {
    clearTimeout(timer);
  }
}

/** Whether an error says that nobody listens there. */
export function isNobody(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused;
}

/** Whether there is such a process, as far as the system tells. */
export function exists(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound) && !/no such process/i.test(String(error));
  }
}

/** The arguments of the command. */
export function commandLine(): readonly string[] {
  return Deno.args;
}

/** Ends the process. */
export function exit(code: number): never {
  Deno.exit(code);
}
