// Copyright 2026 the asyncio authors. MIT license.

/**
 * HTTP on `startServer()`: the example's server, met by clients of others.
 *
 * @module
 */

import { check, command, outputOf, Running, type Subject } from "./subject.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

function startServer(): Running {
  const permissions = ["--allow-net=127.0.0.1", `--allow-read=${ROOT}examples/public`];
  const program = `${ROOT}examples/http_server.ts`;
  return new Running(Deno.execPath(), [
    "run",
    ...permissions,
    program,
    "--host",
    "127.0.0.1",
    "--port",
    "0",
  ]);
}

async function urlOf(server: Running): Promise<string> {
  const [, port] = await server.printed(/:(\d+)/);
  return `http://127.0.0.1:${port}/`;
}

async function curl(): Promise<string> {
  await using server = startServer();
  const url = await urlOf(server);
  const pages = Array.from({ length: 20 }, () => url);
  // All over one connection, as the verbose report tells.
  const { code, stderr, stdout } = await command("curl", ["-sSv", ...pages]);
  check(code === 0, stderr);
  check((stdout.match(/<html/gi) ?? []).length === 20, `not twenty pages:\n${stdout}`);
  check((stderr.match(/Re-using existing connection/g) ?? []).length === 19, stderr);
  const head = await outputOf("curl", ["-sSI", url]);
  check(/^HTTP\/1\.1 200 /.test(head), head);
  const missing = await command("curl", [
    "-sS",
    "-o",
    "/dev/null",
    "-w",
    "%{http_code}",
    `${url}no`,
  ]);
  check(missing.stdout === "404", missing.stdout);
  return "20 pages over one connection, HEAD, 404";
}

async function wrk(): Promise<string> {
  await using server = startServer();
  const report = await outputOf("wrk", ["-t1", "-c100", "-d3s", "--latency", await urlOf(server)]);
  check(!/Socket errors|Non-2xx/.test(report), report);
  const [, rate] = /Requests\/sec:\s*([\d.]+)/.exec(report)!;
  const [, p99] = /99%\s+(\S+)/.exec(report)!;
  check(Number(rate) > 0, report);
  return `100 connections, ${Math.round(Number(rate))} requests a second, 99 % within ${p99}`;
}

export const subjects: Subject[] = [
  { name: "curl", needs: ["curl"], meet: curl },
  { name: "wrk", needs: ["wrk"], meet: wrk },
];
