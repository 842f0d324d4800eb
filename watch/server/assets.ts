// Copyright 2026 the asyncio authors. MIT license.

/** Something that the server sends. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
};

/** An asset, whose type the path tells; a path without an ending is a page. */
export function asset(path: string, body: Uint8Array | string): Asset {
  const type = TYPES[/\.(\w+)$/.exec(path)?.[1] ?? "html"] ?? "application/octet-stream";
  return { path, type, body: typeof body === "string" ? new TextEncoder().encode(body) : body };
}
