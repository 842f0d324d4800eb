// Copyright 2026 the asyncio authors. MIT license.

import type { NodeCertificate, TLSSocket } from "./_node_tls.ts";

/**
 * A name of a certificate: `[[["commonName", "localhost"]], ...]`.
 *
 * @see {@link https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.getpeercert}
 */
export type CertificateName = readonly (readonly (readonly [field: string, value: string])[])[];

/**
 * A certificate, as Python's `getpeercert()` describes one. It is empty where the certificate was not
 * verified.
 *
 * @see {@link https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.getpeercert}
 */
export interface PeerCertificate {
  /** Whose it is. */
  subject?: CertificateName;
  /** Who signed it. */
  issuer?: CertificateName;
  /** Its number, in hexadecimal digits. */
  serialNumber?: string;
  /** Since when it is valid: `"Jan  5 09:34:43 2026 GMT"`. */
  notBefore?: string;
  /** Until when it is valid. */
  notAfter?: string;
  /** What it is for: `[["DNS", "localhost"], ["IP Address", "127.0.0.1"]]`. */
  subjectAltName?: readonly (readonly [kind: string, value: string])[];
}

/**
 * How a connection is encrypted: its cipher, the version of TLS, and the bits of its key.
 *
 * @see {@link https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.cipher}
 */
export type Cipher = readonly [name: string, version: string, bits: number];

/** What the letters of a name stand for. */
const FIELDS: Readonly<Record<string, string>> = {
  C: "countryName",
  CN: "commonName",
  L: "localityName",
  O: "organizationName",
  OU: "organizationalUnitName",
  ST: "stateOrProvinceName",
};

/** What an {@linkcode SSLObject} is made of. */
interface SSLObjectParts {
  socket: TLSSocket;
  serverSide: boolean;
  serverHostname: string;
  verified: boolean;
}

/**
 * What was agreed on for an encrypted connection: `getExtraInfo("ssl_object")`.
 *
 * @example Usage
 * ```ts
 * import { SSLObject } from "@asyncio/asyncio";
 * import type { StreamWriter } from "@asyncio/asyncio";
 *
 * function describe(writer: StreamWriter): string {
 *   const tls: SSLObject | undefined = writer.getExtraInfo("ssl_object");
 *   return tls === undefined ? "plain" : `${tls.version()}, ${tls.selectedAlpnProtocol()}`;
 * }
 * ```
 *
 * @see {@link https://docs.python.org/3/library/ssl.html#ssl.SSLObject}
 */
export class SSLObject {
  // CPython: Lib/ssl.py, SSLObject
  readonly #socket: TLSSocket;
  readonly #verified: boolean;
  /** Whether this end is the server. */
  readonly serverSide: boolean;
  /** The name that the client asked for; `null` for none. */
  readonly serverHostname: string | null;

  /** Made by transports. */
  constructor(parts: object) {
    const { socket, serverSide, serverHostname, verified } = parts as SSLObjectParts;
    this.#socket = socket;
    this.#verified = verified;
    this.serverSide = serverSide;
    this.serverHostname = serverSide ? servernameOf(socket) : serverHostname || null;
  }

  /** The version of TLS: `"TLSv1.3"`. */
  version(): string | null {
    return this.#socket.getProtocol();
  }

  /** The cipher, the version and the bits of the key. */
  cipher(): Cipher | null {
    const cipher = this.#socket.getCipher();
    if (!cipher?.name) return null;
    const bits = /CHACHA20/.test(cipher.name)
      ? 256
      : Number(/(128|256)/.exec(cipher.name)?.[0] ?? 0);
    return [cipher.standardName ?? cipher.name, this.version() ?? cipher.version, bits];
  }

  /** How the data is compressed: not at all. */
  compression(): null {
    return null;
  }

  /** The application protocol that was agreed on; `null` for none. */
  selectedAlpnProtocol(): string | null {
    return this.#socket.alpnProtocol || null;
  }

  /**
   * The certificate of the other end.
   *
   * @returns Its description, empty if it was not verified; `null` if there is none.
   */
  getpeercert(): PeerCertificate | null;
  /**
   * The certificate of the other end, verified or not.
   *
   * @param binaryForm `true`.
   * @returns Its bytes (DER); `null` if there is none.
   */
  getpeercert(binaryForm: true): Uint8Array<ArrayBuffer> | null;
  getpeercert(binaryForm = false): PeerCertificate | Uint8Array<ArrayBuffer> | null {
    const certificate = this.#socket.getPeerCertificate() as Partial<NodeCertificate> | null;
    if (!certificate?.raw) return null;
    if (binaryForm) return new Uint8Array(certificate.raw);
    return this.#verified ? describe(certificate) : {};
  }
}

/** The name that a client has asked a server for. */
function servernameOf(socket: TLSSocket): string | null {
  return (socket as { servername?: string | false | null }).servername || null;
}

function describe(certificate: Partial<NodeCertificate>): PeerCertificate {
  const { subject, issuer, serialNumber, valid_from, valid_to, subjectaltname } = certificate;
  return {
    subject: nameOf(subject ?? {}),
    issuer: nameOf(issuer ?? {}),
    serialNumber: serialNumber ?? "",
    notBefore: valid_from ?? "",
    notAfter: valid_to ?? "",
    ...(subjectaltname ? { subjectAltName: alternatives(subjectaltname) } : {}),
  };
}

function nameOf(name: object): CertificateName {
  return Object.entries(name).flatMap(([field, value]) =>
    [value].flat().map((one: string) => [[FIELDS[field] ?? field, one] as const])
  );
}

function alternatives(text: string): (readonly [kind: string, value: string])[] {
  return text.split(", ").map((one) => {
    const colon = one.indexOf(":");
    return [one.slice(0, colon), one.slice(colon + 1)] as const;
  });
}
