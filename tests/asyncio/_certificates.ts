// Copyright 2026 the asyncio authors. MIT license.

/**
 * Certificates for tests of TLS, made anew in each run: nothing secret lies in the tree, and nothing
 * in it expires. They are written as DER by hand, and signed by `crypto.subtle`.
 */

/** A certificate and its key, PEM both. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
  /** For signing others. */
  readonly name: string;
  readonly keys: CryptoKeyPair;
  readonly keyId: Uint8Array;
}

/** What a certificate says. */
export interface CertificateOptions {
  /** Who signs it. Default: itself. */
  issuer?: Identity;
  /** Whether it may sign others. Default: `false`. */
  isAuthority?: boolean;
  /** The DNS names that it is for. */
  dnsNames?: readonly string[];
  /** The IPv4 addresses that it is for. */
  addresses?: readonly string[];
  /** Days from now until it ends. Default: 1. */
  days?: number;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 86_400_000;

// DER: a tag, a length, and the contents.

function der(
  tag: number,
  ...contents: (Uint8Array | readonly number[])[]
): Uint8Array<ArrayBuffer> {
  const body = contents.flatMap((one) => [...one]);
  const { length } = body;
  const size = length < 128
    ? [length]
    : length < 256
    ? [0x81, length]
    : [0x82, length >> 8, length];
  return new Uint8Array([tag, ...size, ...body]);
}

const sequence = (...items: Uint8Array[]) => der(0x30, ...items);
const oid = (...bytes: number[]) => der(6, bytes);
const utf8 = (text: string) => der(0x0c, new TextEncoder().encode(text));
const integer = (bytes: readonly number[]) => der(2, bytes);
const bitString = (bytes: Uint8Array) => der(3, [0], bytes);
const octets = (bytes: Uint8Array) => der(4, bytes);

const COMMON_NAME = oid(0x55, 4, 3);
const ECDSA_WITH_SHA256 = oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);
const ALTERNATIVE_NAMES = oid(0x55, 0x1d, 0x11);
const KEY_USAGE = oid(0x55, 0x1d, 0x0f);
const SUBJECT_KEY = oid(0x55, 0x1d, 0x0e);
const AUTHORITY_KEY = oid(0x55, 0x1d, 0x23);
/** Signing certificates; signing handshakes. */
const SIGNS_CERTIFICATES = [2, 0x04];
const SIGNS = [7, 0x80];

function distinguishedName(name: string): Uint8Array {
  return sequence(der(0x31, sequence(COMMON_NAME, utf8(name))));
}

function time(at: number): Uint8Array {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x18, new TextEncoder().encode(text));
}

/** ECDSA of `crypto.subtle` is two numbers one after the other; a certificate has them apart. */
function ecdsa(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  return sequence(positive(signature.subarray(0, half)), positive(signature.subarray(half)));
}

function positive(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = [...bytes.subarray(first)];
  return integer(digits[0]! >= 128 ? [0, ...digits] : digits);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().replace(/.{64}/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** Makes a certificate and its key. */
export async function makeIdentity(
  name: string,
  { issuer, isAuthority = false, dnsNames = [], addresses = [], days = 1 }: CertificateOptions = {},
): Promise<Identity> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
  const alternatives = [
    ...dnsNames.map((one) => der(0x82, new TextEncoder().encode(one))),
    ...addresses.map((one) => der(0x87, one.split(".").map(Number))),
  ];
  const keyId = new Uint8Array(await crypto.subtle.digest("SHA-1", publicKey));
  const usage = der(3, isAuthority ? SIGNS_CERTIFICATES : SIGNS);
  const extensions = sequence(
    sequence(BASIC_CONSTRAINTS, der(1, [255]), octets(sequence(...authority(isAuthority)))),
    sequence(KEY_USAGE, der(1, [255]), octets(usage)),
    sequence(SUBJECT_KEY, octets(octets(keyId))),
    sequence(AUTHORITY_KEY, octets(sequence(der(0x80, issuer?.keyId ?? keyId)))),
    ...(alternatives.length > 0
      ? [sequence(ALTERNATIVE_NAMES, octets(sequence(...alternatives)))]
      : []),
  );
  const serial = [1, ...crypto.getRandomValues(new Uint8Array(7))];
  const now = Date.now();
  const contents = sequence(
    der(0xa0, integer([2])),
    integer(serial),
    sequence(ECDSA_WITH_SHA256),
    distinguishedName(issuer?.name ?? name),
    sequence(time(now - 30 * DAY), time(now + days * DAY)),
    distinguishedName(name),
    publicKey,
    der(0xa3, extensions),
  );
  const signer = (issuer?.keys ?? keys).privateKey;
  const signature = new Uint8Array(await crypto.subtle.sign(ALGORITHM, signer, contents));
  const certificate = sequence(
    contents,
    sequence(ECDSA_WITH_SHA256),
    bitString(ecdsa(signature)),
  );
  const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  return { cert: pem("CERTIFICATE", certificate), key: pem("PRIVATE KEY", key), name, keys, keyId };
}

function authority(isAuthority: boolean): Uint8Array[] {
  return isAuthority ? [der(1, [255])] : [];
}

/** The authority that the tests trust. */
export const authorityIdentity: Identity = await makeIdentity("Test Authority", {
  isAuthority: true,
});

/** The certificate of `localhost`, signed by it. */
export const localhost: Identity = await makeIdentity("localhost", {
  issuer: authorityIdentity,
  dnsNames: ["localhost"],
  addresses: ["127.0.0.1"],
});
