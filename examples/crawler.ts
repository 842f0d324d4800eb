// Copyright 2026 the asyncio authors. MIT license.

/**
 * A crawler: so many workers, a `Queue` of the pages to visit, and a `TaskGroup` around it all, over
 * `fetch()`. The site that it crawls is a server of its own, and has a page that never answers; so the
 * crawl ends when time is up, and with it every request that is under way.
 *
 *     deno run --allow-net=127.0.0.1 examples/crawler.ts
 *
 * Options: `--workers`, `--pages`, the size of the site, `--timeout` in seconds, and `--selector`, by
 * which the site watches its sockets: `fetch()` has its own.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type { Server, StreamReader, StreamWriter } from "@asyncio/asyncio";
import { count, options, program, seconds } from "./_options.ts";
import { on, selector } from "./_selector.ts";

/** How long the site takes over a page, in seconds. */
const DELAY = 0.05;

/** What a crawl has found: by path what came of a page, `null` for one that has not answered yet. */
type Findings = Map<string, number | string | null>;

/** Visits a page and all that it leads to, so many at a time. Writes into `found` as it goes. */
async function crawl(start: URL, workers: number, found: Findings): Promise<void> {
  const queue = new asyncio.Queue<URL>();

  function discover(url: URL): void {
    if (url.origin !== start.origin || found.has(url.pathname)) return;
    found.set(url.pathname, null);
    queue.putNowait(url);
  }

  async function visit(url: URL): Promise<void> {
    const [outcome, page] = await fetchPage(url);
    found.set(url.pathname, outcome);
    console.log(outcome, url.pathname);
    for (const link of linksOf(page, url)) discover(link);
  }

  async function work(): Promise<void> {
    while (true) {
      const url = await queue.get();
      try {
        await visit(url);
      } finally {
        queue.taskDone();
      }
    }
  }

  discover(start);
  await asyncio.asyncWith(new asyncio.TaskGroup(), async (group) => {
    const tasks = Array.from({ length: workers }, () => group.createTask(work));
    await queue.join();
    // All has been visited: the workers wait for more in vain.
    for (const task of tasks) task.cancel();
  });
}

/** Fetches a page. Cancelling it ends the request; one that fails ends nothing else. */
async function fetchPage(url: URL): Promise<[outcome: number | string, page: string]> {
  try {
    return await asyncio.abortable(async (signal) => {
      const response = await fetch(url, { signal });
      return [response.status, await response.text()];
    });
  } catch (error) {
    if (error instanceof asyncio.CancelledError) throw error;
    return [(error as Error).message, ""];
  }
}

function linksOf(page: string, base: URL): URL[] {
  return Array.from(page.matchAll(/href="([^"]*)"/g), ([, href]) => new URL(href!, base));
}

/** Crawls a site for so many seconds at most, and says what came of it. */
async function report(start: URL, workers: number, timeout: number): Promise<void> {
  const loop = asyncio.getRunningLoop();
  const began = loop.time();
  const found: Findings = new Map();
  try {
    await asyncio.asyncWith(asyncio.timeout(timeout), () => crawl(start, workers, found));
    console.log("The whole site:");
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error;
    console.log("Time is up:");
  }
  const visited = [...found.values()].filter((outcome) => outcome !== null).length;
  const elapsed = (loop.time() - began).toFixed(1);
  console.log(`${visited} pages in ${elapsed} s, ${found.size - visited} without an answer`);
}

// The site.

/** Starts a site of so many pages. Each leads to two others; number 5 never answers. */
function startSite(pages: number): PromiseLike<Server> {
  async function serve(reader: StreamReader, writer: StreamWriter): Promise<void> {
    try {
      const head = new TextDecoder().decode(await reader.readuntil("\r\n\r\n"));
      const page = Number(/^GET \/(\d*) /.exec(head)?.[1] ?? NaN);
      if (page === 5) await reader.read(); // until the client gives up
      else await asyncio.sleep(DELAY);
      writer.write(page < pages ? answer("200 OK", links(page)) : answer("404 Not Found", ""));
    } catch (error) {
      if (!hasGone(error)) throw error;
    } finally {
      writer.close();
    }
  }

  function links(page: number): string {
    const children = [2 * page + 1, 2 * page + 2].filter((child) => child <= pages);
    return children.map((child) => `<a href="/${child}">${child}</a>`).join(" ");
  }

  function answer(status: string, body: string): string {
    return `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  }

  return asyncio.startServer(serve, "127.0.0.1", 0);
}

/** Whether it was the client that ended the connection. */
function hasGone(error: unknown): boolean {
  return error instanceof asyncio.IncompleteReadError || error instanceof asyncio.ConnectionError;
}

async function main(workers: number, pages: number, timeout: number): Promise<void> {
  await asyncio.asyncWith(await startSite(pages), async (server) => {
    const port = server.sockets[0].getsockname()[1];
    await report(new URL(`http://127.0.0.1:${port}/`), workers, timeout);
  });
}

if (import.meta.main) {
  const { workers, pages, timeout, selector: name } = options({
    workers: count(10),
    pages: count(50),
    timeout: seconds(2),
    selector: selector(),
  });
  await program("crawl", () => asyncio.run(() => main(workers, pages, timeout), on(name)));
}
