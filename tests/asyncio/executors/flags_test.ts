// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import {
  type Descriptor,
  permissionFlags,
  resolutionFlags,
} from "../../../asyncio/executors/_flags.ts";

/** Answers as Deno does for what is granted: whole names, and `name:value`. */
function granting(...granted: string[]) {
  return ({ name, ...rest }: Descriptor) => {
    const [value] = Object.values(rest);
    if (value === "") throw new TypeError("Invalid value");
    if (granted.includes(`${name}!`)) return "partly";
    return granted.includes(name) || granted.includes(`${name}:${value}`) ? "granted" : "no";
  };
}

const ALL = ["read", "write", "net", "env", "run", "sys", "ffi", "import"];

Deno.test("permissionFlags() grants all to the child of a program that has all", () => {
  assertEquals(permissionFlags(["deno", "run", "-A", "main.ts"], granting(...ALL)), [
    "--allow-all",
  ]);
});

Deno.test("permissionFlags() grants what is granted wholly, and denies what is denied", () => {
  const own = ["deno", "run", "--allow-net", "--deny-net=example.com", "main.ts"];
  assertEquals(permissionFlags(own, granting("net!", "env")), [
    "--allow-net",
    "--deny-net=example.com",
    "--allow-env",
  ]);
});

Deno.test("permissionFlags() grants in part what the command line names and the program still has", () => {
  const own = ["deno", "run", "--allow-read=a,b,", "-R=c", "--allow-run=deno", "-N=x:1", "main.ts"];
  const query = granting("read:a", "read:c", "run:deno", "net:x:1");
  assertEquals(permissionFlags(own, query), [
    "--allow-read=a,c",
    "--allow-net=x:1",
    "--allow-run=deno",
  ]);
});

Deno.test("permissionFlags() grants nothing that only the program's own arguments name", () => {
  const own = ["deno", "run", "main.ts", "--allow-read=/etc", "--allow-all", "-W"];
  assertEquals(permissionFlags(own, granting()), []);
});

Deno.test("resolutionFlags() gives a child the configuration of its parent", () => {
  const none = () => null;
  const found = () => "/project/deno.json";
  assertEquals(resolutionFlags(["deno", "run", "main.ts"], none), []);
  assertEquals(resolutionFlags(["deno", "run", "main.ts"], found), ["--config=/project/deno.json"]);
  assertEquals(resolutionFlags(["deno", "run", "-c", "x.json", "main.ts"], found), [
    "-c",
    "x.json",
  ]);
  assertEquals(resolutionFlags(["deno", "run", "--no-config", "--import-map=m.json"], found), [
    "--no-config",
    "--import-map=m.json",
  ]);
  assertEquals(
    resolutionFlags(["--unstable-kv", "--cached-only", "--watch", "--inspect", "--config=y"], none),
    ["--unstable-kv", "--cached-only", "--config=y"],
  );
});
