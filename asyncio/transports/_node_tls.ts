// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, fromPromise } from "../../coroutines/mod.ts";

/** The parts of Node's library that TLS is made of. Deno has them, too. */
export interface NodeTls {
  readonly tls: typeof import("node:tls");
  readonly stream: Pick<typeof import("node:stream"), "Duplex">;
  readonly process: typeof import("node:process");
}

/** An encrypted socket of Node's. */
export type TLSSocket = import("node:tls").TLSSocket;
/** A certificate as Node describes it. */
export type NodeCertificate = import("node:tls").PeerCertificate;
/** What Node makes of certificates and keys. */
export type SecureContext = import("node:tls").SecureContext;
/** Options of a client of Node's. */
export type ConnectionOptions = import("node:tls").ConnectionOptions;
/** Options of an encrypted socket of Node's. */
export type TLSSocketOptions = import("node:tls").TLSSocketOptions;
/** A stream of Node's that is read and written. */
export type Duplex = import("node:stream").Duplex;

let loading: Promise<NodeTls> | null = null;

/** Loads them, when they are first needed. */
export function* loadNodeTls(): Coroutine<NodeTls> {
  return yield* fromPromise(loading ??= load());
}

async function load(): Promise<NodeTls> {
  const [tls, stream, process] = await Promise.all([
    import("node:tls"),
    import("node:stream"),
    import("node:process"),
  ]);
  return { tls, stream, process };
}
