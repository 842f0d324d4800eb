// Copyright 2026 the asyncio authors. MIT license.

/**
 * The certificate of servers over TLS: made once for a run, in a folder that `BENCH_TLS` names.
 *
 * @module
 */

/** Certificate and key of a server, PEM. */
export function certificate(): { cert: string; key: string } {
  return { cert: read("cert.pem"), key: read("key.pem") };
}

/** Whom clients trust, PEM. */
export function authority(): string {
  return read("authority.pem");
}

function read(name: string): string {
  return Deno.readTextFileSync(`${Deno.env.get("BENCH_TLS")}/${name}`);
}
