// Copyright 2026 the asyncio authors. MIT license.

/**
 * What callers say about TLS, checked, and put into the words of `node:tls`.
 *
 * CPython: Lib/ssl.py, SSLContext; Lib/asyncio/sslproto.py.
 */

import { ValueError } from "../../selectors/mod.ts";
import { familyOfAddress } from "./getaddrinfo.ts";
import type {
  ConnectionOptions,
  NodeTls,
  SecureContext,
  TLSSocketOptions,
  X509Certificate,
} from "./_node_tls.ts";

/**
 * A version of TLS.
 *
 * @see {@link https://docs.python.org/3/library/ssl.html#ssl.TLSVersion}
 */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/**
 * How a connection is encrypted: what Python has an `SSLContext` for. All certificates are PEM.
 *
 * @see {@link https://docs.python.org/3/library/ssl.html#ssl.SSLContext}
 */
export interface TlsOptions {
  /** The certificate to show, followed by those that lead to its root. Servers need one. */
  cert?: string | undefined;
  /** The private key of the certificate. */
  key?: string | undefined;
  /** The roots to trust. Default: those of the host. */
  caCerts?: readonly string[] | undefined;
  /** The application protocols to agree on, the best first. Default: none. */
  alpnProtocols?: readonly string[] | undefined;
  /**
   * Whether the other end has to show a certificate that is trusted: `"required"`; `"optional"`, only
   * if it shows one; or `"none"`. Default: `"required"` for clients, `"none"` for servers.
   */
  verifyMode?: "none" | "optional" | "required" | undefined;
  /** Of clients: whether the certificate has to be the named server's. Default: `true`. */
  checkHostname?: boolean | undefined;
  /** The oldest version to accept. Default: `"TLSv1.2"`. */
  minVersion?: TlsVersion | undefined;
  /** The newest version to accept. Default: `"TLSv1.3"`. */
  maxVersion?: TlsVersion | undefined;
  /**
   * Of servers: gives the options for the name that a client asks for, when it is not these;
   * `undefined` to go on with these.
   */
  sniCallback?: ((serverName: string) => TlsOptions | undefined) | undefined;
}

/**
 * Options of everything that can be encrypted.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_server}
 */
export interface SslOptions {
  /** How to encrypt; `true` for a client with the defaults. Default: not at all. */
  ssl?: TlsOptions | boolean | null | undefined;
  /** Seconds until a handshake has to be through. Default: 60. */
  sslHandshakeTimeout?: number | null | undefined;
  /** Seconds until the other end has to have closed its side, too. Default: 30. */
  sslShutdownTimeout?: number | null | undefined;
}

/**
 * Options of clients that can encrypt.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_connection}
 */
export interface ClientSslOptions extends SslOptions {
  /**
   * The name that the server's certificate has to be for. Default: the host. The empty string for no
   * check, and no name asked for.
   */
  serverHostname?: string | null | undefined;
}

/** One end of an encrypted connection. */
export interface TlsSide {
  readonly ssl: TlsOptions;
  readonly serverSide: boolean;
  /** Of clients: the name to ask for and to check; empty for neither. */
  readonly serverHostname: string;
  /** In seconds. */
  readonly handshakeTimeout: number;
  /** In seconds. */
  readonly shutdownTimeout: number;
}

/** Seconds. */
const HANDSHAKE_TIMEOUT = 60;
/** Seconds. */
const SHUTDOWN_TIMEOUT = 30;

/** The side of a server; `null` if it does not encrypt. */
export function serverSide(options: SslOptions): TlsSide | null {
  const { ssl = null } = options;
  if (typeof ssl === "boolean") throw new TypeError("ssl argument must be TLS options or null");
  if (ssl === null) return withoutTls(options);
  return side(ssl, true, "", options);
}

/**
 * The side of a client; `null` if it does not encrypt.
 *
 * @param host The name to ask for unless another one is given.
 */
export function clientSide(options: ClientSslOptions, host: string | null): TlsSide | null {
  const ssl = options.ssl ?? false;
  if (ssl === false) {
    if (options.serverHostname !== null && options.serverHostname !== undefined) {
      throw new ValueError("serverHostname is only meaningful with ssl");
    }
    return withoutTls(options);
  }
  const serverHostname = options.serverHostname ?? host;
  if (serverHostname === null || serverHostname === "" && options.serverHostname !== "") {
    throw new ValueError("You must set serverHostname when using ssl without a host");
  }
  return side(ssl === true ? {} : ssl, false, serverHostname, options);
}

function withoutTls({ sslHandshakeTimeout, sslShutdownTimeout }: SslOptions): null {
  const given = { sslHandshakeTimeout, sslShutdownTimeout };
  for (const [name, value] of Object.entries(given)) {
    if (value !== null && value !== undefined) {
      throw new ValueError(`${name} is only meaningful with ssl`);
    }
  }
  return null;
}

/** One end, whatever it is used for. */
export function side(
  ssl: TlsOptions,
  serverSide: boolean,
  serverHostname: string,
  { sslHandshakeTimeout, sslShutdownTimeout }: SslOptions,
): TlsSide {
  if (typeof ssl !== "object" || ssl === null) {
    throw new TypeError(`sslcontext is expected to be TLS options, got ${ssl}`);
  }
  if (serverSide && ssl.sniCallback === undefined && (!ssl.cert || !ssl.key)) {
    throw new ValueError("Server side TLS needs a certificate and its key");
  }
  return {
    ssl,
    serverSide,
    serverHostname,
    handshakeTimeout: positive(sslHandshakeTimeout, HANDSHAKE_TIMEOUT, "sslHandshakeTimeout"),
    shutdownTimeout: positive(sslShutdownTimeout, SHUTDOWN_TIMEOUT, "sslShutdownTimeout"),
  };
}

function positive(seconds: number | null | undefined, fallback: number, name: string): number {
  if (seconds === null || seconds === undefined) return fallback;
  if (seconds > 0) return seconds;
  throw new ValueError(`${name} should be a positive number, got ${seconds}`);
}

/** What was made of options: making it reads certificates and keys. */
const contexts = new WeakMap<TlsOptions, SecureContext>();

/** What options mean for `node:tls`. A certificate or key that cannot be used is thrown for here. */
export function secureContext({ tls, crypto }: NodeTls, ssl: TlsOptions): SecureContext {
  let context = contexts.get(ssl);
  if (context === undefined) {
    checkCertificate(crypto, ssl);
    const { cert, key, caCerts, minVersion = "TLSv1.2", maxVersion = "TLSv1.3" } = ssl;
    context = tls.createSecureContext({
      minVersion,
      maxVersion,
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(caCerts === undefined ? {} : { ca: [...caCerts] }),
    });
    contexts.set(ssl, context);
  }
  return context;
}

/** Deno finds out in the handshake only, and says it to nobody. */
function checkCertificate(
  crypto: NodeTls["crypto"],
  { cert, key, caCerts = [] }: TlsOptions,
): void {
  for (const root of caCerts) readCertificate(crypto, root, "caCerts");
  if (cert === undefined || key === undefined) return;
  const certificate = readCertificate(crypto, cert, "cert");
  let privateKey;
  try {
    privateKey = crypto.createPrivateKey(key);
  } catch (cause) {
    throw new ValueError("Cannot read 'key': it is no private key in PEM", { cause });
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ValueError("'key' is not the key of the certificate 'cert'");
  }
}

function readCertificate(crypto: NodeTls["crypto"], pem: string, name: string): X509Certificate {
  try {
    return new crypto.X509Certificate(pem);
  } catch (cause) {
    throw new ValueError(`Cannot read '${name}': it is no certificate in PEM`, { cause });
  }
}

/** The options of a client. */
export function clientOptions(
  modules: NodeTls,
  { ssl, serverHostname }: TlsSide,
): ConnectionOptions {
  const { alpnProtocols, caCerts } = ssl;
  return {
    secureContext: secureContext(modules, ssl),
    // Servers are not asked for addresses, but certificates may be for them.
    servername: familyOfAddress(serverHostname) === null ? serverHostname : "",
    // The certificate and its name are judged afterwards, in the words of this library.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(caCerts === undefined ? {} : { ca: [...caCerts] }),
    ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
  };
}

/** The options of a server. */
export function serverOptions(modules: NodeTls, { ssl }: TlsSide): TLSSocketOptions {
  const { alpnProtocols, sniCallback, verifyMode = "none" } = ssl;
  return {
    isServer: true,
    secureContext: secureContext(modules, ssl),
    requestCert: verifyMode !== "none",
    rejectUnauthorized: verifyMode === "required",
    ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
    ...(sniCallback === undefined ? {} : { SNICallback: asNodeCallback(modules, sniCallback) }),
  };
}

function asNodeCallback(
  modules: NodeTls,
  sniCallback: (serverName: string) => TlsOptions | undefined,
): (serverName: string, done: (error: Error | null, context?: SecureContext) => void) => void {
  return (serverName, done) => {
    try {
      const other = sniCallback(serverName);
      if (other === undefined) done(null);
      else done(null, secureContext(modules, other));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
