// Copyright 2026 the asyncio authors. MIT license.

/**
 * An echo server over TLS, and a client of it that believes nobody but its own certificate.
 *
 * A certificate for this machine, and its key:
 *
 *     openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
 *       -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem
 *     deno run --allow-net=127.0.0.1 --allow-read examples/tls_echo.ts
 *
 * Options: `--cert`, `--key`, `--port`, `--selector`, and `--message` for the client, which then says it, prints the
 * answer and ends the server. Without it: `openssl s_client -connect localhost:8443`.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import type { Coroutine, StreamReader, StreamWriter } from "@asyncio/asyncio";
import { closedBy, options, port, program, stopSignal, text } from "./_options.ts";
import { on, selector } from "./_selector.ts";

/** Sends back what comes, and tells how it was encrypted. */
function* echo(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  const [host, at] = writer.getExtraInfo("peername");
  console.log(`${host}:${at} speaks ${writer.getExtraInfo("ssl_object")?.version()}`);
  for (let data; (data = yield* reader.read(64 * 1024)).length > 0;) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.close();
}

/** Says something, and gives the answer. */
function* say(message: string, at: number, cert: string): Coroutine<string> {
  const [reader, writer] = yield* asyncio.openConnection("127.0.0.1", at, {
    ssl: { caCerts: [cert] },
    serverHostname: "localhost",
  });
  writer.write(`${message}\n`);
  const answer = new TextDecoder().decode(yield* reader.readline());
  writer.close();
  yield* writer.waitClosed();
  return answer.trim();
}

function* main(at: number, cert: string, key: string, message: string): Coroutine<void> {
  const server = yield* asyncio.startServer(echo, "127.0.0.1", at, { ssl: { cert, key } });
  const [, listening] = server.sockets[0].getsockname();
  console.log(`Echo over TLS on localhost:${listening}`);
  if (message === "") {
    yield* asyncio.asyncWith(closedBy(stopSignal(), server), () => server.serveForever());
  }
  console.log(yield* say(message, listening, cert));
  server.close();
  yield* server.waitClosed();
}

if (import.meta.main) {
  const given = options({
    cert: text("cert.pem"),
    key: text("key.pem"),
    port: port(8443),
    selector: selector(),
    message: { ...text(""), read: (value) => value },
  });
  await program(`serve on localhost:${given.port}`, () => {
    const cert = Deno.readTextFileSync(given.cert);
    const key = Deno.readTextFileSync(given.key);
    return asyncio.run(main(given.port, cert, key, given.message), on(given.selector));
  });
}
