// Copyright 2026 the asyncio authors. MIT license.

import { type Coroutine, fromPromise } from "../../coroutines/mod.ts";

/** The parts of Node's library that TLS is made of. Deno has them, too. */
export interface NodeTls {
  readonly tls: typeof import("node:tls");
  readonly stream: Pick<typeof import("node:stream"), "Duplex">;
  readonly process: Pick<typeof import("node:process"), "nextTick">;
  readonly crypto: Pick<typeof import("node:crypto"), "createPrivateKey" | "X509Certificate">;
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
/** A certificate that was read. */
export type X509Certificate = import("node:crypto").X509Certificate;
/** A stream of Node's that is read and written. */
export type Duplex = import("node:stream").Duplex;

let loaded: NodeTls | null = null;

/** Loads them, when they are first needed. From then on there is nothing to wait for. */
export function* loadNodeTls(): Coroutine<NodeTls> {
  return loaded ??= yield* fromPromise(load());
}

async function load(): Promise<NodeTls> {
  const [tls, stream, process, crypto] = await Promise.all([
    import("node:tls"),
    import("node:stream"),
    import("node:process"),
    import("node:crypto"),
  ]);
  return { tls, stream, process, crypto };
}
