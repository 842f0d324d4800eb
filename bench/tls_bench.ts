// Copyright 2026 the asyncio authors. MIT license.

/**
 * 100 MB in one direction through TLS, in pieces of 64 KB: CPU time of the server. Needs Linux's
 * `/proc`.
 *
 * @module
 */

import { serverSubject } from "./echo/server_process.ts";
import type { Subject } from "./subject.ts";

const PIECE = 65_536;

export const subject: Subject = serverSubject({
  name: "tls",
  title: "100 MB in one direction through TLS",
  metrics: [
    { key: "receive", label: "100 MB received through TLS, server CPU", unit: "ms" },
    { key: "send", label: "100 MB written and drained through TLS, server CPU", unit: "ms" },
  ],
  rounds: 3,
  async sample(measure) {
    await writeCertificates();
    const receive = (await measure("receiveTls", PIECE, "upload_client.ts", 1)).cpu!;
    const send = (await measure("sendTls", PIECE, "download_client.ts", 1)).cpu!;
    return { receive, send };
  },
});

let folder: Promise<string> | undefined;

/** Makes the certificates of this run, and tells servers and clients where they are. */
async function writeCertificates(): Promise<void> {
  Deno.env.set("BENCH_TLS", await (folder ??= certificates()));
}

async function certificates(): Promise<string> {
  const { authorityIdentity, localhost } = await import("../tests/asyncio/_certificates.ts");
  const folder = await Deno.makeTempDir();
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  await Deno.writeTextFile(`${folder}/cert.pem`, localhost.cert);
  await Deno.writeTextFile(`${folder}/key.pem`, localhost.key);
  await Deno.writeTextFile(`${folder}/authority.pem`, authorityIdentity.cert);
  return folder;
}
