// Copyright 2026 the asyncio authors. MIT license.

/**
 * The server of the page: our own `startServer()`, and as much of HTTP as a browser on the same machine
 * needs. `examples/http_server.ts` is the one to learn from; this one sends what it has in memory.
 *
 * @module
 */

import {
  asyncWith,
  type Coroutine,
  IncompleteReadError,
  LimitOverrunError,
  type Server,
  startServer,
  type StreamReader,
  type StreamWriter,
  timeout,
  TimeoutError,
} from "@asyncio/asyncio";
import type { InetAddress } from "@asyncio/asyncio";
import type { Asset } from "./assets.ts";

/** The longest head of a request, in bytes. */
const MAX_HEAD = 16 * 1024;

/** How long a connection may be silent, in seconds. */
const PATIENCE = 60;

/**
 * The page gets everything from here and nothing from elsewhere. It runs what its reader writes, so
 * it must be able to; the reader's program cannot reach any other server.
 */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
};

const END_OF_HEAD = new TextEncoder().encode("\r\n\r\n");

/** What is understood of a request. */
interface Request {
  readonly method: string;
  readonly path: string;
  readonly host: string;
}

/** Begins to serve the assets at a port; 0 for any that is free. */
export function* servePage(
  assets: ReadonlyMap<string, Asset>,
  host: string,
  port: number,
): Coroutine<Server<InetAddress>> {
  const serve = (reader: StreamReader, writer: StreamWriter) => converse(reader, writer, assets);
  return yield* startServer(serve, host, port, { limit: MAX_HEAD });
}

/** Answers one request after the other. */
function* converse(
  reader: StreamReader,
  writer: StreamWriter,
  assets: ReadonlyMap<string, Asset>,
): Coroutine<void> {
  try {
    for (;;) {
      const head = yield* asyncWith(timeout(PATIENCE), () => reader.readuntil(END_OF_HEAD));
      const request = parse(new TextDecoder().decode(head));
      const isGood = yield* respond(writer, request, assets);
      if (!isGood) break;
    }
  } catch (error) {
    if (!isExpected(error)) throw error;
  } finally {
    writer.close();
  }
}

/** Whether an error says no more than that the browser has gone, or sends nothing that is HTTP. */
function isExpected(error: unknown): boolean {
  const { BrokenPipe, ConnectionReset } = Deno.errors;
  const expected = [
    IncompleteReadError,
    LimitOverrunError,
    TimeoutError,
    BrokenPipe,
    ConnectionReset,
  ];
  return expected.some((one) => error instanceof one);
}

function parse(head: string): Request | null {
  const [, method, target] = /^([A-Z]+) (\/[^ ?#]*)[^ ]* HTTP\/1\.[01]\r\n/.exec(head) ?? [];
  if (method === undefined || target === undefined) return null;
  const [, host] = /\r\nhost:[ \t]*([^\r\n]*?)[ \t]*\r\n/i.exec(head) ?? [];
  return { method, path: target, host: host ?? "" };
}

/** Answers. Returns whether another request may follow. */
function* respond(
  writer: StreamWriter,
  request: Request | null,
  assets: ReadonlyMap<string, Asset>,
): Coroutine<boolean> {
  const status = statusOf(request, assets);
  const found = status === 200 ? assets.get(request!.path)! : null;
  const body = found?.body ?? new TextEncoder().encode(`${REASONS[status]}\n`);
  const head = `HTTP/1.1 ${status} ${REASONS[status]}\r\n` +
    `Content-Type: ${found?.type ?? "text/plain"}\r\n` +
    `Content-Length: ${body.length}\r\n` +
    `Content-Security-Policy: ${POLICY}\r\n` +
    "X-Content-Type-Options: nosniff\r\n" +
    "Referrer-Policy: no-referrer\r\n" +
    "Cache-Control: no-cache\r\n" +
    `Connection: ${status === 400 ? "close" : "keep-alive"}\r\n\r\n`;
  writer.writelines(request?.method === "HEAD" ? [head] : [head, body]);
  yield* writer.drain();
  return status !== 400;
}

function statusOf(request: Request | null, assets: ReadonlyMap<string, Asset>): number {
  if (request === null) return 400;
  // A name that leads here is another site's, which would like to look in; an address is not.
  if (!/^(?:localhost|\d+(?:\.\d+){3}|\[[\da-f:]+\])(?::\d+)?$/i.test(request.host)) return 403;
  if (request.method !== "GET" && request.method !== "HEAD") return 405;
  return assets.has(request.path) ? 200 : 404;
}
