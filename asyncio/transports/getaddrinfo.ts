// Copyright 2026 the asyncio authors. MIT license.

/**
 * From names to addresses, and back.
 *
 * The system is asked by `node:dns`, which Deno has, at the moment of need; in a run that blocks, by the
 * C library. Addresses need no asking, nor does `localhost`: it is both of its addresses, whatever the
 * system's tables say.
 *
 * CPython: Lib/socket.py, getaddrinfo; Lib/asyncio/base_events.py, _ipaddr_info.
 */

import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM, ValueError } from "../../selectors/mod.ts";
import { type Coroutine, coroutine, fromPromise, repr } from "../../coroutines/mod.ts";
import type { InetAddress } from "./inet_address.ts";

/**
 * What {@linkcode NetworkEventLoop.getaddrinfo} gives: one way to reach a host.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.getaddrinfo}
 */
export type AddressInfo = readonly [
  family: number,
  type: number,
  proto: number,
  canonname: string,
  address: InetAddress,
];

/**
 * Options of `loop.getaddrinfo()`.
 *
 * @see {@link https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.getaddrinfo}
 */
export interface AddressOptions {
  /** `AF_INET` or `AF_INET6`. Default: both. */
  family?: number | undefined;
  /** `SOCK_STREAM` or `SOCK_DGRAM`. Default: both. */
  type?: number | undefined;
  /** The protocol that is given back. Default: that of the type. */
  proto?: number | undefined;
  /** `AI_PASSIVE` for addresses to listen at. Default: 0. */
  flags?: number | undefined;
}

/** Of `getaddrinfo()`: the addresses are to listen at, so that no host means every interface. */
export const AI_PASSIVE = 1;

/** Of `getnameinfo()`: the host, or the service, is to be given as a number. */
const NI_NUMERICHOST = 1;
const NI_NUMERICSERV = 2;
const NI_NUMERIC = NI_NUMERICHOST | NI_NUMERICSERV;

const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

/** The addresses of no host and of `localhost`, by family. */
const WILDCARD: Readonly<Record<number, string>> = { [AF_INET]: "0.0.0.0", [AF_INET6]: "::" };
const LOOPBACK: Readonly<Record<number, string>> = { [AF_INET]: "127.0.0.1", [AF_INET6]: "::1" };

/** On whose behalf a name is looked up. */
export interface Asker {
  /** The loop that waits for the answer. */
  readonly loop: { readonly isBlocking: boolean };
  /** The addresses of a name, asked for in this thread. For a loop that blocks. */
  lookUp(host: string, family: number): readonly string[];
}

/** The addresses of a host. */
export const getaddrinfo = coroutine(function* getaddrinfo(
  asker: Asker,
  host: string | null,
  port: number | string | null,
  options: AddressOptions,
): Coroutine<AddressInfo[]> {
  const number = portNumber(port);
  const known = knownAddresses(host, options);
  const addresses = known ?? (yield* lookUp(asker, host!, options.family ?? 0));
  return addresses.flatMap((address) => infosOf(address, number, options));
});

/** The one way to reach a host that is an address; `null` for a name. CPython: _ipaddr_info. */
export function addressInfo(
  host: string | null,
  port: number | string | null,
  options: AddressOptions,
): AddressInfo | null {
  if (host === null || familyOfAddress(host) === null) return null;
  const known = knownAddresses(host, options)!;
  return infosOf(known[0]!, portNumber(port), { type: SOCK_STREAM, ...options })[0]!;
}

/** The addresses of what no system needs to be asked for; `null` for a name. */
function knownAddresses(host: string | null, options: AddressOptions): string[] | null {
  const families = [AF_INET, AF_INET6].filter((one) => !options.family || one === options.family);
  if (host === null || host === "") {
    const table = ((options.flags ?? 0) & AI_PASSIVE) !== 0 ? WILDCARD : LOOPBACK;
    return families.map((family) => table[family]!);
  }
  if (host === "localhost") return families.map((family) => LOOPBACK[family]!);
  const family = familyOfAddress(host);
  if (family === null) return null;
  if (!families.includes(family)) throw new ValueError("Address family for hostname not supported");
  return [host];
}

/** The family of an address; `null` if it is a name. */
export function familyOfAddress(host: string): number | null {
  if (host.includes(":")) return AF_INET6;
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) ? AF_INET : null;
}

function infosOf(host: string, port: number, options: AddressOptions): AddressInfo[] {
  const family = familyOfAddress(host)!;
  const address: InetAddress = family === AF_INET ? [host, port] : [host, port, 0, 0];
  const types = options.type ? [options.type] : [SOCK_STREAM, SOCK_DGRAM];
  return types.map((type) => {
    const proto = options.proto || (type === SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP);
    return [family, type, proto, "", address] as const;
  });
}

function portNumber(port: number | string | null): number {
  const number = port === null || port === "" ? 0 : Number(port);
  if (!Number.isInteger(number)) throw new TypeError(`port must be an integer, not ${repr(port)}`);
  if (number < 0 || number > 65535) throw new ValueError("port must be 0-65535.");
  return number;
}

function* lookUp(
  asker: Asker,
  host: string,
  family: number,
): Coroutine<readonly string[]> {
  if (asker.loop.isBlocking) return asker.lookUp(host, family);
  const { lookup } = yield* fromPromise(import("node:dns/promises"));
  const only = family === AF_INET ? 4 : family === AF_INET6 ? 6 : 0;
  const found = yield* fromPromise(lookup(host, { all: true, family: only }));
  return [...new Set(found.map(({ address }) => address))];
}

/** The name and the service of an address. */
export const getnameinfo = coroutine(function* getnameinfo(
  [host, port]: InetAddress,
  flags: number,
): Coroutine<[host: string, service: string]> {
  const number = portNumber(port);
  if (familyOfAddress(host) === null) throw new ValueError(`not an address: ${host}`);
  const asNumbers: [string, string] = [host, String(number)];
  if ((flags & NI_NUMERIC) === NI_NUMERIC) return asNumbers;
  const { lookupService } = yield* fromPromise(import("node:dns/promises"));
  const { hostname, service } = yield* fromPromise(lookupService(host, number));
  return [
    flags & NI_NUMERICHOST ? host : hostname,
    flags & NI_NUMERICSERV ? asNumbers[1] : service,
  ];
});
