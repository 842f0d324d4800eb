// Copyright 2026 the asyncio authors. MIT license.

/**
 * TLS and STARTTLS, met by OpenSSL, at both ends.
 *
 * @module
 */

import {
  type Coroutine,
  fromPromise,
  openConnection,
  run,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";
import { authorityIdentity, localhost } from "../../tests/asyncio/_certificates.ts";
import { check, command, Running, type Subject } from "./subject.ts";

const ssl = { cert: localhost.cert, key: localhost.key, alpnProtocols: ["echo", "http/1.1"] };

/** Certificate and key as files, as OpenSSL wants them. */
export async function writeCertificates(): Promise<{ ca: string; cert: string; key: string }> {
  const folder = await Deno.makeTempDir();
  const files = { ca: `${folder}/ca.pem`, cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  await Deno.writeTextFile(files.ca, authorityIdentity.cert);
  await Deno.writeTextFile(files.cert, localhost.cert);
  await Deno.writeTextFile(files.key, localhost.key);
  return files;
}

/** Sends back each line, in capitals. */
function* shout(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  const decoder = new TextDecoder();
  for (let line; (line = yield* reader.readline()).length > 0;) {
    writer.write(decoder.decode(line).toUpperCase());
    yield* writer.drain();
  }
  writer.close();
}

function* client(): Coroutine<string> {
  const { ca } = yield* fromPromise(writeCertificates());
  const server = yield* startServer(shout, "127.0.0.1", 0, { ssl });
  const [host, port] = server.sockets[0].getsockname();
  const versions: string[] = [];
  for (const version of ["-tls1_2", "-tls1_3"]) {
    const args = ["s_client", "-connect", `${host}:${port}`, "-servername", "localhost", version];
    args.push("-CAfile", ca, "-verify_return_error", "-alpn", "echo", "-ign_eof");
    // Q at the beginning of a line would end it: so the end of the stream does, after the answer.
    const sending = command("openssl", args.filter((one) => one !== "-ign_eof"), "hello\n");
    const { stdout, stderr } = yield* fromPromise(sending);
    check(/Verify return code: 0 \(ok\)|Verification: OK/.test(stdout), stdout + stderr);
    check(/ALPN protocol: echo/.test(stdout), stdout);
    versions.push(/New, (TLSv1\.\d)/.exec(stdout)?.[1] ?? "?");
  }
  server.close();
  yield* server.waitClosed();
  return versions.join(", ");
}

/** As much of a mail server as it takes to begin TLS. */
function* mail(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  const decoder = new TextDecoder();
  writer.write("220 mail.example\r\n");
  for (let line; (line = yield* reader.readline()).length > 0;) {
    const [command] = decoder.decode(line).trim().toUpperCase().split(" ");
    if (command === "EHLO") writer.write("250-mail.example\r\n250 STARTTLS\r\n");
    else if (command === "STARTTLS") {
      writer.write("220 go ahead\r\n");
      yield* writer.startTls(ssl);
    } else if (command === "NOOP") writer.write("250 over TLS\r\n");
    else if (command === "QUIT") break;
    yield* writer.drain();
  }
  writer.write("221 bye\r\n");
  writer.close();
}

function* startTls(): Coroutine<string> {
  const { ca } = yield* fromPromise(writeCertificates());
  const server = yield* startServer(mail, "127.0.0.1", 0);
  const [host, port] = server.sockets[0].getsockname();
  const args = ["s_client", "-starttls", "smtp", "-connect", `${host}:${port}`];
  args.push("-servername", "localhost", "-CAfile", ca, "-verify_return_error", "-crlf", "-ign_eof");
  const { stdout, stderr } = yield* fromPromise(command("openssl", args, "NOOP\nQUIT\n"));
  check(/Verification: OK|Verify return code: 0 \(ok\)/.test(stdout), stdout + stderr);
  check(/250 over TLS/.test(stdout) && /221 bye/.test(stdout), stdout + stderr);
  server.close();
  yield* server.waitClosed();
  return "SMTP, then TLS on the same connection";
}

async function server(): Promise<string> {
  const { cert, key } = await writeCertificates();
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const args = ["s_server", "-accept", `127.0.0.1:${port}`, "-cert", cert, "-key", key, "-rev"];
  await using openssl = new Running("openssl", args);
  await openssl.printed(/ACCEPT/);
  return await run(function* () {
    const trust = { caCerts: [authorityIdentity.cert] };
    const [reader, writer] = yield* openConnection("127.0.0.1", port, {
      ssl: trust,
      serverHostname: "localhost",
    });
    writer.write("hello\n");
    const line = new TextDecoder().decode(yield* reader.readline());
    check(line === "olleh\n", line);
    const { version } = { version: writer.getExtraInfo("ssl_object")!.version() };
    writer.transport.abort();
    yield* writer.waitClosed();
    return `${version}, the server's certificate verified`;
  });
}

export const subjects: Subject[] = [
  { name: "openssl s_client", needs: ["openssl"], meet: () => run(client) },
  { name: "openssl s_client, STARTTLS", needs: ["openssl"], meet: () => run(startTls) },
  { name: "openssl s_server", needs: ["openssl"], meet: server },
];
