// Copyright 2026 the asyncio authors. MIT license.

/** A NATS server for a test, and workers for it: started on a free port, ended with the test. */

import { connect, type NatsConnection } from "npm:@nats-io/transport-node@3.4.0";
import { type JetStreamManager, jetstreamManager } from "npm:@nats-io/jetstream@3.4.0";
import { TextLineStream } from "./_lines.ts";

/** Whether this machine has a NATS server. */
export const hasServer: boolean = await (async () => {
  try {
    const { success } = await new Deno.Command("nats-server", { args: ["--version"] }).output();
    return success;
  } catch {
    return false;
  }
})();

if (!hasServer) {
  console.warn("SKIPPED: the tests of /distributed need nats-server (apt-get install nats-server)");
}

/** Registers a test that needs a server. */
export function testNats(name: string, fn: (server: NatsServer) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !hasServer,
    fn: async () => {
      await using server = await NatsServer.start();
      await fn(server);
    },
  });
}

/** A server that keeps its streams in a folder of its own. */
export class NatsServer implements AsyncDisposable {
  readonly #folder: string;
  #port: number;
  #child: Deno.ChildProcess;

  private constructor(folder: string, port: number, child: Deno.ChildProcess) {
    this.#folder = folder;
    this.#port = port;
    this.#child = child;
  }

  static async start(): Promise<NatsServer> {
    const folder = await Deno.makeTempDir();
    const { child, port } = await startServer(folder, -1);
    return new NatsServer(folder, port, child);
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** Kills the server, and starts it anew on what it has kept. */
  async restart(): Promise<void> {
    await this.stop();
    const { child } = await startServer(this.#folder, this.#port);
    this.#child = child;
  }

  /** Kills the server. */
  async stop(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Starts a server; on a port that is free if `port` is -1. */
async function startServer(
  folder: string,
  port: number,
): Promise<{ child: Deno.ChildProcess; port: number }> {
  await Deno.remove(`${folder}/ports`, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${folder}/ports`);
  const child = new Deno.Command("nats-server", {
    args: [
      "--jetstream",
      `--store_dir=${folder}`,
      "--addr=127.0.0.1",
      `--port=${port}`,
      `--ports_file_dir=${folder}/ports`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (;;) {
    for await (const { name } of Deno.readDir(`${folder}/ports`)) {
      const text = await Deno.readTextFile(`${folder}/ports/${name}`);
      if (text === "") continue;
      return { child, port: Number(new URL(JSON.parse(text).nats[0]).port) };
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Looks at the calls that a server has, from outside. */
export class QueuedCalls {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;

  private constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.#connection = connection;
    this.#manager = manager;
  }

  static async of(server: NatsServer): Promise<QueuedCalls> {
    const connection = await connect({ servers: server.url });
    return new QueuedCalls(connection, await jetstreamManager(connection));
  }

  /** The number of the call of that id, once there is one, and one that is wanted. */
  async sequence(
    id: string,
    isWanted: (sequence: number) => boolean = () => true,
  ): Promise<number | null> {
    const query = { last_by_subj: `asyncio.call.${id}` };
    while (!this.#connection.isClosed()) {
      const found = await this.#manager.streams.getMessage("asyncio_calls", query);
      if (found !== null && isWanted(found.seq)) return found.seq;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return null;
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}

const ENTRY = new URL("../../distributed/mod.ts", import.meta.url).href;

/** A worker in a process of its own, as users start it. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#output = child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  static async start(server: NatsServer, ...args: string[]): Promise<WorkerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", ENTRY, "worker", "--servers", server.url, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const worker = new WorkerProcess(child);
    const line = await worker.line();
    if (!line?.startsWith("worker ready on ")) throw new Error(`the worker says ${line}`);
    return worker;
  }

  /** The next line that it prints. */
  async line(): Promise<string | undefined> {
    return (await this.#output.read()).value;
  }

  /** Ends it, and waits until it has. */
  async end(signal: Deno.Signal = "SIGKILL"): Promise<number> {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
    const { code } = await this.#child.status;
    await this.#output.cancel();
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
