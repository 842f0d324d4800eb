// Copyright 2026 the asyncio authors. MIT license.

/**
 * A NATS server and workers on this machine, for the programs of this folder. In earnest they run on
 * others, and outlive the program.
 */

/** What runs beside the program; it ends with it. */
export class Cluster implements AsyncDisposable {
  readonly url: string;
  readonly #server: Deno.ChildProcess;
  readonly #folder: string;
  readonly #workers: Deno.ChildProcess[] = [];

  private constructor(url: string, server: Deno.ChildProcess, folder: string) {
    this.url = url;
    this.#server = server;
    this.#folder = folder;
  }

  /** Starts a server on a port that is free, which keeps its queues in a folder of its own. */
  static async start(): Promise<Cluster> {
    const port = freePort();
    const folder = await Deno.makeTempDir();
    try {
      const args = ["--jetstream", "--addr=127.0.0.1", `--port=${port}`, `--store_dir=${folder}`];
      const server = new Deno.Command("nats-server", { args, stderr: "null" }).spawn();
      await answering(port);
      return new Cluster(`nats://127.0.0.1:${port}`, server, folder);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Deno.errors.NotFound("nats-server is not installed (apt-get install nats-server)");
    }
  }

  /** Starts a worker, and waits until it is ready. */
  async startWorker(): Promise<Deno.ChildProcess> {
    const worker = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-net=127.0.0.1",
        "--allow-read",
        import.meta.resolve("@asyncio/asyncio/distributed"),
        "worker",
        "--servers",
        this.url,
        "--redeliver-after",
        "1",
      ],
      stdout: "piped",
    }).spawn();
    this.#workers.push(worker);
    const reader = worker.stdout.getReader();
    await reader.read(); // It says that it is ready.
    await reader.cancel();
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) kill(worker, "SIGTERM");
    await Promise.all(this.#workers.map(({ status }) => status));
    kill(this.#server, "SIGKILL");
    await this.#server.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Ends a process, if it has not ended. */
export function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function answering(port: number): Promise<void> {
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
