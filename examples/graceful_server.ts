// Copyright 2026 the asyncio authors. MIT license.

/**
 * A server that is told to stop under load, and loses no request that it has accepted.
 *
 * At SIGTERM or SIGINT it accepts nobody any more. Whoever is being served gets the answer, and so do
 * requests that are on their way; who sends nothing is sent home. Who has not done after a while is cut
 * off, so that the process ends in any case.
 *
 *     deno run --allow-net=127.0.0.1 examples/graceful_server.ts
 *
 * Options: `--host`, `--port`, `--work` (seconds that a request takes), `--selector`. Then `nc localhost 8000`: each
 * line is a request.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type { StreamReader, StreamWriter, Task } from "@asyncio/asyncio";
import { options, port, program, seconds, text } from "./_options.ts";
import { on, selector } from "./_selector.ts";

/** For how long requests are still accepted when the server stops: those on their way, in seconds. */
const MOMENT = 0.1;

/** How long all clients together are given to end, in seconds. */
const GRACE = 10;

/** What a server does with requests, and what has become of them. */
class Service {
  readonly #work: number;
  /** The tasks of clients that have no request under way. */
  readonly #idle = new Set<Task<unknown>>();
  /** The loop's time from which on no request is accepted. */
  #end = Infinity;
  accepted = 0;
  answered = 0;

  constructor(work: number) {
    this.#work = work;
  }

  /** Serves a client, line by line. */
  async serve(reader: StreamReader, writer: StreamWriter): Promise<void> {
    try {
      for (let line; (line = await this.#next(reader)) !== null;) {
        this.accepted++;
        await asyncio.sleep(this.#work);
        writer.write(`done: ${line}\n`);
        await writer.drain();
        this.answered++;
      }
    } catch (error) {
      // The client has gone: there is nobody to answer.
      if (!(error instanceof asyncio.ConnectionError)) throw error;
    } finally {
      writer.close();
    }
  }

  /** The next request; `null` if there will be none. */
  async #next(reader: StreamReader): Promise<string | null> {
    const task = asyncio.currentTask()!;
    this.#idle.add(task);
    try {
      const line = await asyncio.waitFor(reader.readline(), this.#timeLeft());
      return line.length > 0 ? new TextDecoder().decode(line).trim() : null;
    } catch (error) {
      if (error instanceof asyncio.TimeoutError) return null;
      if (!(error instanceof asyncio.CancelledError) || this.#end === Infinity) throw error;
      // stop() has called us back from waiting: it is only for a moment from now on.
      task.uncancel();
      return await this.#next(reader);
    } finally {
      this.#idle.delete(task);
    }
  }

  /** Seconds to wait for a request; `null` for as long as it takes. */
  #timeLeft(): number | null {
    return this.#end === Infinity ? null : this.#end - asyncio.getRunningLoop().time();
  }

  /** Has everybody who waits for a request wait only for a moment more. */
  stop(): void {
    this.#end = asyncio.getRunningLoop().time() + MOMENT;
    for (const task of this.#idle) task.cancel();
  }
}

/** Serves until a signal comes, then until everybody has been served. */
export async function runServer(host: string, port: number, work: number): Promise<void> {
  const loop = asyncio.getRunningLoop();
  const stopped = new asyncio.Event();
  for (const signal of ["SIGINT", "SIGTERM"]) loop.addSignalHandler(signal, () => stopped.set());

  const service = new Service(work);
  const server = await asyncio.startServer(
    (reader, writer) => service.serve(reader, writer),
    host,
    port,
    { backlog: 1000 },
  );
  console.log(`Serving on ${host}:${server.sockets[0].getsockname()[1]}`);
  await stopped.wait();

  server.close();
  service.stop();
  try {
    await asyncio.waitFor(server.waitClosed(), GRACE);
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error;
    server.abortClients();
  }
  console.log(`Accepted ${service.accepted} requests, answered ${service.answered}`);
}

if (import.meta.main) {
  const { host, port: at, work, selector: name } = options({
    host: text("127.0.0.1"),
    port: port(8000),
    work: seconds(0.02),
    selector: selector(),
  });
  await program(
    `serve on ${host}:${at}`,
    () => asyncio.run(() => runServer(host, at, work), on(name)),
  );
}
