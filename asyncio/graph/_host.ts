// Copyright 2026 the asyncio authors. MIT license.

/** What looking into a program from outside needs of the host: Unix sockets, and who it is. */

/** Where the program of a process answers who asks for its tasks. */
export function addressOf(pid: number): string {
  return `${FOLDER}/asyncio-${pid}.sock`;
}

const FOLDER = "/tmp";
const SOCKET = /^asyncio-(\d+)\.sock$/;

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
    beforeTermination(() => removeFile(path));
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

/** What ends a process without an event, if nobody handles it. */
const TERMINATION = ["SIGTERM", "SIGHUP"] as const;

/** Has `fn` called when such a signal comes, which then does what it would have done without us. */
function beforeTermination(fn: () => void): void {
  for (const signal of TERMINATION) {
    const hear = () => {
      Deno.removeSignalListener(signal, hear);
      fn();
      // A listener of the host's own, of which nothing is known, hears of it twice.
      const { process } = globalThis as unknown as Host;
      if (process.listenerCount(signal) === 0) Deno.kill(Deno.pid, signal);
    };
    Deno.addSignalListener(signal, hear);
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
  const timer = setTimeout(() => conn.close(), READER_PATIENCE);
  Deno.unrefTimer(timer);
  try {
    await new Blob([answer()]).stream().pipeTo(conn.writable);
  } catch {
    // Whoever has asked has gone, or does not read.
  } finally {
    clearTimeout(timer);
  }
}

/** How long one may take to read an answer, in milliseconds: so long the process cannot end. */
const READER_PATIENCE = 2_000;

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

/** Removes what programs have left that were killed: nobody listens there any more. */
export async function sweep(): Promise<void> {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => SOCKET.exec(name)?.[1]);
  for (const pid of names) if (pid !== undefined) await sweepOf(Number(pid));
}

async function sweepOf(pid: number): Promise<void> {
  if (exists(pid)) return;
  const path = addressOf(pid);
  try {
    // A process that is not seen from here may be one of a container's.
    (await Deno.connect({ transport: "unix", path })).close();
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) tryToRemove(path);
  }
}

function tryToRemove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is somebody else's, or has gone.
  }
}

/** Whether an error says that nobody listens there. */
export function isNobody(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused;
}

interface Host {
  process: {
    kill(pid: number, signal: number): void;
    listenerCount(event: string): number;
  };
}

/** Whether there is such a process, as far as the system tells: one of somebody else's, too. */
export function exists(pid: number): boolean {
  try {
    // No signal at all. SIGCONT, which most programs ignore, would wake one that is stopped.
    (globalThis as unknown as Host).process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}

/** The arguments that a process was started with; none where the system does not tell. */
export function argumentsOf(pid: number): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
  } catch {
    return [];
  }
}

/** The ports of this machine at which a process listens, as far as the system tells. */
export function listeningPorts(pid: number): number[] {
  try {
    const sockets = new Set(socketsOf(pid));
    return ["tcp", "tcp6"].flatMap((family) =>
      Deno.readTextFileSync(`/proc/${pid}/net/${family}`).split("\n").slice(1).flatMap((row) => {
        const [, address, , state, , , , , , inode] = row.trim().split(/\s+/);
        const isListening = state === LISTEN && sockets.has(inode!);
        return isListening ? [parseInt(address!.split(":")[1]!, 16)] : [];
      })
    );
  } catch {
    return [];
  }
}

/** The state of a socket that listens, in the system's table. */
const LISTEN = "0A";

/** The numbers of the sockets that a process has open. */
function* socketsOf(pid: number): Generator<string> {
  const folder = `/proc/${pid}/fd`;
  for (const { name } of Deno.readDirSync(folder)) {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(Deno.readLinkSync(`${folder}/${name}`)) ?? [];
      if (inode !== undefined) yield inode;
    } catch {
      // Closed meanwhile.
    }
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
