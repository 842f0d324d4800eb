// Copyright 2026 the asyncio authors. MIT license.

import type { FileObj } from "../file_object.ts";
import { Registration } from "../registration.ts";
import type { SelectorKey } from "../selector_key.ts";
import { type Lease, leaseOf, type Watcher } from "./_lease.ts";

/** What a row tells its selector of. */
export interface RowOwner<D, F extends FileObj> {
  /** The socket's lease has been suspended, resumed or has failed. */
  reconsider(row: NativeRegistration<D, F>): void;
  /** The socket gives its descriptor up, which is still open. */
  abandon(row: NativeRegistration<D, F>): void;
}

/** A row of a native selector's table. */
export class NativeRegistration<D = unknown, F extends FileObj = FileObj> extends Registration<D, F>
  implements Watcher {
  next: Watcher | null = null;
  /** The lease of the descriptor, as long as a socket of ours holds it. */
  lease: Lease | null;
  /** The events that the system watches the descriptor for, where the selector must remember. */
  watched = 0;
  /** The row's place in the selector's arrays, where it has any. */
  index = -1;
  readonly #owner: RowOwner<D, F>;

  constructor(key: SelectorKey<D, F>, owner: RowOwner<D, F>) {
    super(key);
    this.lease = leaseOf(key.fd);
    this.#owner = owner;
  }

  reconsider(): void {
    this.#owner.reconsider(this);
  }

  abandon(): void {
    this.#owner.abandon(this);
    this.lease = null;
  }
}
