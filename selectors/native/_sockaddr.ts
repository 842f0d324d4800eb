// Copyright 2026 the asyncio authors. MIT license.
// CPython: Modules/socketmodule.c, getsockaddrarg and makesockaddr

import { AF_INET, AF_INET6, AF_UNIX } from "../constants.ts";
import { ValueError } from "../errors.ts";
import { libc } from "./_libc.ts";
import { type Opened, openLibrary, type Platform } from "./_library.ts";
import { resolve, resolveNumber } from "./_resolver.ts";
import type { SocketAddress } from "../socket_address.ts";
import { ownFamily, systemFamily } from "./_socket_numbers.ts";

/*
 * The addresses of the C library. All have the family in front: on Linux in two bytes, on macOS in the
 * second, behind the length. Numbers are in network order but for the scope. Sources: Linux,
 * uapi/linux/in.h, in6.h, un.h; xnu, bsd/netinet/in.h, bsd/netinet6/in6.h, bsd/sys/un.h.
 *
 *   sockaddr_in    port at 2, address (4 bytes) at 4
 *   sockaddr_in6   port at 2, flow information at 4, address (16 bytes) at 8, scope at 24
 *   sockaddr_un    path at 2
 */
const IN_LENGTH = 16;
const IN6_LENGTH = 28;
const PATH = 2;

/** Bytes of a `sun_path`. */
const PATH_LENGTH = { linux: 108, darwin: 104 } as const;

/** Bytes that the text of an IPv6 address may take. `INET6_ADDRSTRLEN`. */
const IN6_TEXT_LENGTH = 46;

const FUNCTIONS = {
  inet_pton: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  inet_ntop: { parameters: ["i32", "buffer", "buffer", "u32"], result: "pointer" },
} as const;

let functions: Opened<typeof FUNCTIONS> | null = null;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The names that mean an address of each family, which no resolver needs to be asked for. */
const SPECIAL_HOSTS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  [AF_INET]: { "": "0.0.0.0", "<broadcast>": "255.255.255.255", "localhost": "127.0.0.1" },
  [AF_INET6]: { "": "::", "localhost": "::1" },
};

/** An address as the C library has it. */
export interface Sockaddr {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** An address whose host is a name that only a resolver knows. */
export interface NamedAddress {
  readonly host: string;
  readonly port: number;
  readonly flowinfo: number;
  readonly scopeId: number;
}

/** Where the C library writes an address, and its length. */
export const received: { readonly bytes: Uint8Array<ArrayBuffer>; readonly length: Int32Array } = {
  bytes: new Uint8Array(128),
  length: new Int32Array(32),
};

/** To be called before each call that writes to {@linkcode received}. */
export function makeRoom(): void {
  received.length[0] = received.bytes.length;
}

/**
 * Spells an address for the C library.
 *
 * @param family The family of the socket.
 * @param address The address.
 * @param caller Named in messages.
 * @param platform Whose C library; that of this system unless a test asks for another's.
 * @returns The address; or what there is of it if its host is a name.
 * @throws {TypeError} If it is no address of the family.
 * @throws {ValueError} If its port is none.
 */
export function encodeAddress(
  family: number,
  address: SocketAddress,
  caller: string,
  platform: Platform = libc().platform,
): Sockaddr | NamedAddress {
  if (family === AF_UNIX) return encodePath(address, caller, platform);
  if (family !== AF_INET && family !== AF_INET6) throw new ValueError(`${caller}(): bad family`);
  const named = checkAddress(family, address, caller);
  const host = SPECIAL_HOSTS[family]![named.host] ?? named.host;
  const bytes = new Uint8Array(family === AF_INET ? IN_LENGTH : IN6_LENGTH);
  if (writeHost(bytes, family, host)) return complete(bytes, family, named, platform);
  const number = resolveNumber(host, family);
  return number === null ? named : complete(number, family, named);
}

/**
 * The same, with a resolver asked in this thread where the host is a name: it waits as long as that
 * takes, as Python does.
 */
export function encodeResolved(family: number, address: SocketAddress, caller: string): Sockaddr {
  const target = encodeAddress(family, address, caller);
  return isSockaddr(target) ? target : complete(resolve(target.host, family), family, target);
}

/** Whether an address is spelled already. */
export function isSockaddr(address: Sockaddr | NamedAddress): address is Sockaddr {
  return "bytes" in address;
}

/** Adds the port, and what else belongs to an address, to what a resolver has given for its host. */
export function complete(
  bytes: Uint8Array,
  family: number,
  named: NamedAddress,
  platform: Platform = libc().platform,
): Sockaddr {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  writeFamily(bytes, family, platform);
  view.setUint16(2, named.port);
  if (family === AF_INET6) {
    view.setUint32(4, named.flowinfo);
    if (named.scopeId !== 0) view.setUint32(24, named.scopeId, true);
  }
  return { bytes, length: bytes.length };
}

/** The address in {@linkcode received}, spelled as Python does. */
export function decodeAddress(): SocketAddress {
  const { bytes } = received;
  const length = received.length[0]!;
  if (length === 0) return "";
  const family = receivedFamily();
  const port = bytes[2]! << 8 | bytes[3]!;
  if (family === AF_INET) {
    return [`${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`, port];
  }
  if (family === AF_INET6) return decodeIn6(port);
  return family === AF_UNIX ? decodePath(length) : "";
}

/** Where the last bytes came from, spelled so; `null` on a stream. */
export function sender(): SocketAddress | null {
  return received.length[0] === 0 ? null : decodeAddress();
}

/** The family of the address in {@linkcode received}. */
export function receivedFamily(): number {
  const { bytes } = received;
  return ownFamily(libc().platform === "darwin" ? bytes[1]! : bytes[0]! | bytes[1]! << 8);
}

function decodeIn6(port: number): SocketAddress {
  const { bytes } = received;
  const view = new DataView(bytes.buffer);
  const text = new Uint8Array(128);
  functions ??= openLibrary(FUNCTIONS);
  functions.inet_ntop(systemFamily(AF_INET6), bytes.subarray(8, 24), text, IN6_TEXT_LENGTH);
  const host = decoder.decode(text.subarray(0, text.indexOf(0)));
  return [host, port, view.getUint32(4), view.getUint32(24, true)];
}

/** A path ends at its first NUL, unless it begins with one: then it is Linux's, and no path at all. */
function decodePath(length: number): string {
  const path = received.bytes.subarray(PATH, Math.max(length, PATH));
  const end = path[0] === 0 ? -1 : path.indexOf(0);
  return decoder.decode(end < 0 ? path : path.subarray(0, end));
}

function checkAddress(family: number, address: SocketAddress, caller: string): NamedAddress {
  const name = family === AF_INET ? "AF_INET" : "AF_INET6";
  if (!Array.isArray(address)) {
    throw new TypeError(`${caller}(): ${name} address must be array, not ${typeof address}`);
  }
  const [host, port, flowinfo = 0, scopeId = 0] = address;
  if (typeof host !== "string" || !Number.isInteger(port)) {
    throw new TypeError(`${caller}(): ${name} address must be a pair [host, port]`);
  }
  if (port < 0 || port > 65535) throw new ValueError(`${caller}(): port must be 0-65535.`);
  if (flowinfo < 0 || flowinfo > 0xfffff) {
    throw new ValueError(`${caller}(): flowinfo must be 0-1048575.`);
  }
  if (host.includes("\0")) throw new ValueError("embedded null character");
  if (family === AF_INET ? host.includes(":") : /^\d+(\.\d+){3}$/.test(host)) {
    throw new ValueError("Address family for hostname not supported");
  }
  return { host, port, flowinfo, scopeId };
}

/** Writes the number that `host` spells, if it spells one. */
function writeHost(bytes: Uint8Array, family: number, host: string): boolean {
  if (family === AF_INET) {
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1).map(Number);
    if (parts === undefined || parts.some((part) => part > 255)) return false;
    bytes.set(parts, 4);
    return true;
  }
  if (!host.includes(":") || host.includes("%")) return false;
  functions ??= openLibrary(FUNCTIONS);
  const text = encoder.encode(host + "\0");
  return functions.inet_pton(systemFamily(family), text, bytes.subarray(8)) === 1;
}

function encodePath(address: SocketAddress, caller: string, platform: Platform): Sockaddr {
  if (typeof address !== "string") {
    throw new TypeError(`${caller}(): AF_UNIX address must be string`);
  }
  const path = encoder.encode(address);
  // Of Linux's own names, which begin with NUL or are empty, every byte counts; of a path, a NUL at
  // its end does too.
  const bare = platform === "linux" && (path.length === 0 || path[0] === 0);
  if (!bare && path.includes(0)) throw new ValueError("embedded null byte");
  const length = path.length + (bare ? 0 : 1);
  if (length > PATH_LENGTH[platform]) {
    throw Object.assign(new Error("AF_UNIX path too long"), { code: "ENAMETOOLONG" });
  }
  const bytes = new Uint8Array(PATH + length);
  writeFamily(bytes, AF_UNIX, platform);
  bytes.set(path, PATH);
  return { bytes, length: bytes.length };
}

function writeFamily(bytes: Uint8Array, family: number, platform: Platform): void {
  const own = systemFamily(family, platform);
  bytes.set(platform === "darwin" ? [bytes.length, own] : [own, 0]);
}
