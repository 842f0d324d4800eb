// Copyright 2026 the asyncio authors. MIT license.

/**
 * Why a certificate is not believed, in words that tell what to do about it.
 *
 * Deno 2.9 says "unable to verify the first certificate" of an expired one, too, and shows no
 * certificate of a handshake that it has refused. So the handshake is let through, and nothing is sent
 * or received on the connection before it is judged here by what Deno found.
 */

import { OSError } from "../../selectors/mod.ts";
import type { NodeCertificate, NodeTls, TLSSocket } from "./_node_tls.ts";
import type { TlsSide } from "./tls_options.ts";

/** The error of a connection to a server that is not to be trusted; `null` if it is. */
export function serverError(modules: NodeTls, socket: TLSSocket, side: TlsSide): Error | null {
  const { verifyMode = "required", checkHostname = true } = side.ssl;
  if (verifyMode === "none") return null;
  if (!socket.authorized) {
    const identity = identityError(modules, socket, side.serverHostname, checkHostname);
    return String(socket.authorizationError) === identity?.code ? identity : reason(socket);
  }
  return identityError(modules, socket, side.serverHostname, checkHostname);
}

/** The error of a client that shows a certificate that is not to be trusted; `null` for any other. */
export function clientError(socket: TLSSocket): Error | null {
  return !socket.authorized && certificateOf(socket) !== null ? reason(socket) : null;
}

/** What is wrong with the name of a server, if anything. */
function identityError(
  { tls }: NodeTls,
  socket: TLSSocket,
  serverHostname: string,
  checkHostname: boolean,
): Error & { code?: string } | null {
  const certificate = certificateOf(socket);
  if (!checkHostname || serverHostname === "" || certificate === null) return null;
  return tls.checkServerIdentity(serverHostname, certificate) ?? null;
}

function certificateOf(socket: TLSSocket): NodeCertificate | null {
  const certificate = socket.getPeerCertificate() as NodeCertificate | null;
  return certificate?.raw ? certificate : null;
}

function reason(socket: TLSSocket): Error {
  const certificate = certificateOf(socket);
  if (certificate === null) return failure("the server has shown no certificate", "NO_CERTIFICATE");
  const { valid_from, valid_to } = certificate;
  if (Date.parse(valid_to) < Date.now()) {
    return failure(`certificate has expired: it was valid until ${valid_to}`, "CERT_HAS_EXPIRED");
  }
  if (Date.parse(valid_from) > Date.now()) {
    return failure(`certificate is valid only from ${valid_from} on`, "CERT_NOT_YET_VALID");
  }
  const issuer = nameOf(certificate.issuer);
  const code = String(socket.authorizationError);
  return nameOf(certificate.subject) === issuer
    ? failure("self-signed certificate, which is not among those trusted", code)
    : failure(`unable to verify the certificate: its issuer (${issuer}) is not trusted`, code);
}

function nameOf(name: object | undefined): string {
  return Object.entries(name ?? {}).map(([field, value]) => `${field}=${value}`).join(", ");
}

function failure(message: string, code: string): Error {
  return Object.assign(new OSError(`certificate verify failed: ${message}`), { code });
}
