// Copyright 2026 the asyncio authors. MIT license.

/**
 * An HTTP/1.1 server on `startServer()`: the files of a folder, and routes that answer in JSON.
 *
 * Connections are kept alive, and requests may be pipelined. What a stranger may cost is bounded: the
 * size of a request's head, the number of its fields, and the time in which nothing moves.
 *
 *     deno run --allow-net=127.0.0.1 --allow-read=examples/public examples/http_server.ts
 *
 * Options: `--host`, `--port`, `--root`, the folder, `--timeout` in seconds, `--selector`. Then try
 * `curl -i localhost:8000` and `curl localhost:8000/api/hello?name=you`.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type { Coroutine, StreamReader, StreamWriter, Timeout } from "@asyncio/asyncio";
import { isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { closedBy, options, port, program, seconds, stopSignal, text } from "./_options.ts";
import { on, selector } from "./_selector.ts";

/** The longest head of a request, in bytes. */
const MAX_HEAD = 16 * 1024;

/** The most fields in it. */
const MAX_FIELDS = 100;

/** Files are sent in pieces of so many bytes. */
const PIECE = 64 * 1024;

/** What answers in JSON, by path. */
const ROUTES: Record<string, (query: URLSearchParams) => unknown> = {
  "/api/hello": (query) => ({ hello: query.get("name") ?? "world" }),
  "/api/time": () => ({ time: new Date().toISOString() }),
};

const CONTENT_TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
};

const REASONS: Record<number, string> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  431: "Request Header Fields Too Large",
  505: "HTTP Version Not Supported",
};

const END_OF_HEAD = new TextEncoder().encode("\r\n\r\n");
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Whether another request may follow. */
  readonly keepAlive: boolean;
}

interface Response {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array | Deno.FsFile;
  readonly size: number;
  readonly fields?: string;
}

/** A request that cannot be understood: it is answered, and then the connection is over. */
class BadRequest extends Error {
  constructor(readonly status: number) {
    super(REASONS[status]);
  }
}

// Requests.

/** Reads a request. */
function parseRequest(head: string): Request {
  const [requestLine, ...lines] = head.split("\r\n");
  const [, method, target, version] = /^([!-~]+) ([!-~]+) HTTP\/(\d\.\d)$/.exec(requestLine!) ?? [];
  if (method === undefined || target === undefined) throw new BadRequest(400);
  if (version !== "1.1" && version !== "1.0") throw new BadRequest(505);
  const fields = parseFields(lines);
  if (version === "1.1" && !fields.has("host")) throw new BadRequest(400);
  const url = URL.parse(target.startsWith("/") ? `http://localhost${target}` : target);
  if (url === null) throw new BadRequest(400);
  return {
    method,
    path: decodePath(url.pathname),
    query: url.searchParams,
    keepAlive: isKeptAlive(version, fields),
  };
}

function parseFields(lines: string[]): Map<string, string> {
  if (lines.length > MAX_FIELDS) throw new BadRequest(431);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new BadRequest(400);
    fields.set(name.toLowerCase(), value);
  }
  return fields;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new BadRequest(400);
  }
}

function isKeptAlive(version: string, fields: Map<string, string>): boolean {
  // There is no use for a body here. To know where it ends is left to the client.
  const body = fields.has("transfer-encoding") || (fields.get("content-length") ?? "0") !== "0";
  const connection = fields.get("connection")?.toLowerCase() ?? "";
  return !body && (version === "1.1" ? connection !== "close" : connection === "keep-alive");
}

// Responses.

/** Finds what to answer. */
function* respond(request: Request, root: string): Coroutine<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(405, "Allow: GET, HEAD\r\n");
  }
  const route = Object.hasOwn(ROUTES, request.path) ? ROUTES[request.path] : undefined;
  if (route !== undefined) return toJson(200, route(request.query));
  return yield* asyncio.abortable((signal) => openFile(root, request.path, signal));
}

function toJson(status: number, value: unknown, fields = ""): Response {
  const body = encoder.encode(JSON.stringify(value) + "\n");
  return { status, type: "application/json", body, size: body.length, fields };
}

function refuse(status: number, fields = ""): Response {
  return toJson(status, { error: REASONS[status] }, fields);
}

/** Opens a file below the root, and never one that is elsewhere. */
async function openFile(root: string, path: string, signal: AbortSignal): Promise<Response> {
  if (/[\\\0]/.test(path) || path.split("/").includes("..")) return refuse(404);
  const name = path.endsWith("/") ? `${path}index.html` : path;
  try {
    // A symbolic link may lead out of the folder.
    const real = await Deno.realPath(join(root, name));
    if (!isBelow(root, real)) return refuse(404);
    const file = await Deno.open(real);
    const { isFile, size } = await file.stat();
    if (isFile && !signal.aborted) {
      const type = CONTENT_TYPES[/\.(\w+)$/.exec(name)?.[1] ?? ""] ?? "application/octet-stream";
      return { status: 200, type, body: file, size };
    }
    file.close();
  } catch {
    // It is not there, or is not for us. The client need not know which.
  }
  return refuse(404);
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return !isAbsolute(way) && !/^\.\.(?:$|[\\/])/.test(way);
}

/** Sends a response. To a client that does not receive, no more than fits. */
function* send(
  writer: StreamWriter,
  response: Response,
  { method, keepAlive }: Pick<Request, "method" | "keepAlive">,
  patience: () => void,
): Coroutine<void> {
  const { status, type, body, size, fields = "" } = response;
  const head = `HTTP/1.1 ${status} ${REASONS[status]}\r\n` +
    `Date: ${new Date().toUTCString()}\r\n` +
    `Content-Type: ${type}\r\n` +
    `Content-Length: ${size}\r\n` +
    `Connection: ${keepAlive ? "keep-alive" : "close"}\r\n` +
    `${fields}\r\n`;
  if (body instanceof Uint8Array) {
    writer.writelines(method === "HEAD" ? [head] : [head, body]);
    yield* writer.drain();
    return;
  }
  try {
    writer.write(head);
    if (method !== "HEAD") yield* sendFile(writer, body, size, patience);
  } finally {
    body.close();
  }
}

function* sendFile(
  writer: StreamWriter,
  file: Deno.FsFile,
  size: number,
  patience: () => void,
): Coroutine<void> {
  const piece = new Uint8Array(Math.min(size, PIECE));
  for (let left = size; left > 0;) {
    const count = yield* asyncio.fromPromise(file.read(piece.subarray(0, Math.min(left, PIECE))));
    // Somebody has cut the file short: this is not the length that was announced.
    if (count === null) throw new Error(`A file ended ${left} bytes too soon`);
    writer.write(piece.subarray(0, count));
    yield* writer.drain();
    patience();
    left -= count;
  }
}

// Connections.

/** Answers one request after the other. */
function* converse(
  reader: StreamReader,
  writer: StreamWriter,
  root: string,
  patience: () => void,
): Coroutine<void> {
  for (let keepAlive = true; keepAlive;) {
    let request: Pick<Request, "method" | "keepAlive"> = { method: "GET", keepAlive: false };
    let response: Response;
    try {
      const head = yield* reader.readuntil(END_OF_HEAD);
      const parsed = parseRequest(decoder.decode(head.subarray(0, -END_OF_HEAD.length)));
      request = parsed;
      response = yield* respond(parsed, root);
    } catch (error) {
      if (error instanceof BadRequest) response = refuse(error.status);
      else if (error instanceof asyncio.LimitOverrunError) response = refuse(431);
      else throw error;
    }
    yield* send(writer, response, request, patience);
    patience();
    ({ keepAlive } = request);
  }
  // To close with something unread would reset the connection, and what was sent might be lost.
  writer.writeEof();
  while ((yield* reader.read(PIECE)).length > 0);
}

/** Serves a client, until it goes or does nothing for too long. */
function* serve(
  reader: StreamReader,
  writer: StreamWriter,
  root: string,
  delay: number,
): Coroutine<void> {
  const loop = asyncio.getRunningLoop();
  try {
    yield* asyncio.asyncWith(asyncio.timeout(delay), function* (limit: Timeout) {
      yield* converse(reader, writer, root, () => limit.reschedule(loop.time() + delay));
    });
  } catch (error) {
    if (error instanceof asyncio.TimeoutError) writer.transport.abort();
    else if (!hasGone(error)) throw error;
  } finally {
    writer.close();
  }
}

/** Whether it was the client that ended the connection. */
function hasGone(error: unknown): boolean {
  return error instanceof asyncio.IncompleteReadError || error instanceof asyncio.ConnectionError;
}

/** Runs the server until it is cancelled, or the signal aborts. */
export async function runServer(
  host: string,
  port: number,
  root: string,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const folder = await Deno.realPath(root);
  const server = await asyncio.startServer(
    (reader, writer) => serve(reader, writer, folder, timeout),
    host,
    port,
    { limit: MAX_HEAD },
  );
  const at = server.sockets[0].getsockname()[1];
  console.log(`Serving ${root} on http://${host.includes(":") ? `[${host}]` : host}:${at}/`);
  await asyncio.asyncWith(closedBy(signal, server), () => server.serveForever());
}

if (import.meta.main) {
  const { host, port: at, root, timeout, selector: name } = options({
    host: text("localhost"),
    port: port(8000),
    root: text(fileURLToPath(new URL("public", import.meta.url))),
    timeout: seconds(15),
    selector: selector(),
  });
  await program(
    `serve on ${host}:${at}`,
    () => asyncio.run(() => runServer(host, at, root, timeout, stopSignal()), on(name)),
  );
}
