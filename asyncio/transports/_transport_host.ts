// Copyright 2026 the asyncio authors. MIT license.

import type { NonBlockingPipe, NonBlockingSocket } from "../../selectors/mod.ts";
import {
  type Coroutine,
  type ExceptionContext,
  fromPromise,
  type Future,
  RuntimeError,
  type SelectorEventLoop,
} from "../../coroutines/mod.ts";
import type { AddressInfo, AddressOptions, Asker } from "./getaddrinfo.ts";

/** Something that is closed with the loop, if nobody has closed it before. */
export interface Leftover {
  /** Lets go of what it holds of the system, without a word to anybody. The loop is not running. */
  abandon(): void;
}

/**
 * What transports and servers need of their loop. Unlike the loop's own methods, these watch sockets
 * that belong to a transport.
 */
export interface TransportHost extends Asker {
  /** The loop itself. */
  readonly loop: SelectorEventLoop;
  /** A new socket of the kind that the loop watches. */
  createSocket(family: number, type: number): NonBlockingSocket;
  /** An end of a pipe by its descriptor, where the loop can watch such. It is the caller's to close. */
  openPipe(fd: number): NonBlockingPipe;
  /** Calls `fn(...args)` in the next turn, also when called from outside of the loop. */
  callSoon<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void;
  /** Calls `fn` whenever a socket, or a descriptor, can be read. */
  addReader(sock: NonBlockingSocket | number, fn: () => void): void;
  /** Ends that. */
  removeReader(sock: NonBlockingSocket | number): void;
  /** Calls `fn` whenever a socket, or a descriptor, can be written. */
  addWriter(sock: NonBlockingSocket | number, fn: () => void): void;
  /** Ends that. */
  removeWriter(sock: NonBlockingSocket | number): void;
  /** Hands an error that belongs to nobody to the exception handler. */
  callExceptionHandler(context: ExceptionContext): void;
  /** Notes something that is open: a transport by its descriptor, anything else by itself. */
  attach(key: number | object, leftover: Leftover): void;
  /** Notes that it is closed. */
  detach(key: number | object): void;
  /** Whether the loop is closed, and nothing can be called any more. */
  isClosed(): boolean;
  /** The addresses of a host. */
  getaddrinfo(
    host: string | null,
    port: number | string | null,
    options: AddressOptions,
  ): Coroutine<AddressInfo[]>;
}

const hosts = new WeakMap<SelectorEventLoop, TransportHost>();

/** Makes a host known as that of its loop. */
export function addHost(host: TransportHost): void {
  hosts.set(host.loop, host);
}

/** The host of a loop that has connections. */
export function hostOf(loop: SelectorEventLoop): TransportHost {
  return hosts.get(loop)!;
}

/**
 * Lets the loop know that something of the host's is under way, as it knows of sockets: a clock that
 * jumps is not to jump over it.
 *
 * @param open Settles, either way, when it is not any more.
 * @returns What ends it before.
 */
export function watch(host: TransportHost, open: Promise<unknown>): () => void {
  const future = fromPromise(open.catch(() => {}), { loop: host.loop });
  return () => void future.cancel();
}

/**
 * Makes a transport, and waits until its protocol knows of it.
 *
 * @param make Makes it; it is to wake the waiter.
 * @param undo Closes it, if that fails or is given up.
 */
export function* begin<T>(
  host: TransportHost,
  make: (waiter: Future<void>) => T,
  undo: (transport: T) => void,
): Coroutine<T> {
  const waiter = host.loop.createFuture<void>();
  const transport = make(waiter);
  try {
    yield* waiter;
  } catch (error) {
    undo(transport);
    throw error;
  }
  return transport;
}

/**
 * What a protocol is told of an error that breaks its connection: an error, even where nothing that is
 * one was thrown.
 */
export function lossBy(error: unknown, message: string): unknown {
  return error ?? new RuntimeError(`${message} It threw ${error}.`);
}

/** What a write throws that would get into the midst of a file. */
export function sendfileInProgress(method: string): RuntimeError {
  return new RuntimeError(`unable to ${method}; sendfile is in progress`);
}

/** So many writes to what is lost are ignored in silence. */
export const LOST_WRITES_TO_WARN = 5;

/** Gives a waiter its result, unless it was cancelled. */
export function wake(waiter: Future<void> | null | undefined): void {
  if (waiter !== null && waiter !== undefined && !waiter.done()) waiter.setResult();
}
