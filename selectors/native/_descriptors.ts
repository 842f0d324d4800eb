// Copyright 2026 the asyncio authors. MIT license.

import type { SocketAddress } from "../socket_address.ts";
import { check, closeOnExec, fcntl, libc, setBlocking } from "./_libc.ts";
import { decodeAddress, makeRoom, received, receivedFamily } from "./_sockaddr.ts";
import { type SocketFunctions, socketFunctions } from "./_socket_functions.ts";
import { systemFamily } from "./_socket_numbers.ts";

/*
 * How descriptors of sockets come to be: not inherited by children, and blocking or not from the first
 * on, which Linux does in the call that opens them.
 */

// Source: Linux, linux/net.h: they are O_NONBLOCK and O_CLOEXEC.
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/** `F_DUPFD_CLOEXEC`. Sources: Linux, uapi/linux/fcntl.h; xnu, bsd/sys/fcntl.h. */
const F_DUPFD_CLOEXEC = { linux: 1030, darwin: 67 } as const;

// Source: xnu, bsd/sys/socket.h.
const DARWIN_SOL_SOCKET = 0xffff;
const SO_NOSIGPIPE = 0x1022;

/** A new socket. */
export function openDescriptor(
  family: number,
  type: number,
  proto: number,
  blocking: boolean,
): number {
  const fd = check(
    socketFunctions().socket(systemFamily(family), type | typeFlags(blocking), proto),
  );
  prepareDescriptor(fd, blocking);
  return fd;
}

/**
 * A connection that waits to be accepted, and its address in {@linkcode received}; -1 if that fails. To be
 * prepared afterwards.
 */
export function acceptDescriptor(fd: number, blocking: boolean): number {
  makeRoom();
  const { linux } = socketFunctions();
  return linux !== null
    ? linux.accept4(fd, received.bytes, received.length, typeFlags(blocking))
    : socketFunctions().accept(fd, received.bytes, received.length);
}

/** A copy of a descriptor. */
export function duplicateDescriptor(fd: number): number {
  return check(fcntl(fd, F_DUPFD_CLOEXEC[libc().platform]));
}

/** An address of a socket, as `getsockname` or `getpeername` gives it. */
export function askAddress(call: SocketFunctions["getsockname"], fd: number): SocketAddress {
  makeRoom();
  check(call(fd, received.bytes, received.length));
  return decodeAddress();
}

/** The family of an open socket. */
export function familyOf(fd: number): number {
  askAddress(socketFunctions().getsockname, fd);
  return receivedFamily();
}

/** Two sockets connected to each other. */
export function openPair(
  family: number,
  type: number,
  proto: number,
  blocking: boolean,
): [left: number, right: number] {
  const ends = new Int32Array(32);
  check(socketFunctions().socketpair(family, type | typeFlags(blocking), proto, ends));
  const [left, right] = [ends[0]!, ends[1]!];
  prepareDescriptor(left, blocking);
  prepareDescriptor(right, blocking);
  return [left, right];
}

/** What is added to the type of a new socket: children do not inherit it. */
function typeFlags(blocking: boolean): number {
  if (libc().platform !== "linux") return 0;
  return SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK);
}

/** Does for a new socket what {@linkcode typeFlags} cannot say on this system. */
export function prepareDescriptor(fd: number, blocking: boolean): void {
  if (libc().platform === "linux") return;
  closeOnExec(fd);
  setBlocking(fd, blocking);
  const yes = new Int32Array([1]);
  socketFunctions().setsockopt(fd, DARWIN_SOL_SOCKET, SO_NOSIGPIPE, yes, 4);
}
