// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { readDocs } from "../../tools/docs/read.ts";

/** What users see of the classes that the library itself knows more of than they do. */
const MEMBERS: Readonly<Record<string, string>> = {
  Context: "[Symbol.iterator] copy get has items keys run size toString values",
  ContextVar: "get name reset set toString",
  Future:
    "[Symbol.iterator] addDoneCallback cancel cancelled catch describe done exception finally " +
    "getLoop removeDoneCallback result setException setResult then toString",
  Handle: "cancel cancelled describeCall getContext loop toString",
  Task:
    "cancel cancelling describe getContext getCoro getName getStack printStack setException setName setResult signal " +
    "uncancel",
  TimerHandle: "cancel toString when",
  Token: "MISSING [Symbol.dispose] oldValue toString var",
};

Deno.test("deno doc shows of these classes what users may use, and nothing else", async () => {
  const { nodes } = await readDocs();
  const root = nodes[new URL("../../mod.ts", import.meta.url).href];
  for (const [wanted, expected] of Object.entries(MEMBERS)) {
    const symbol = root?.symbols.find(({ name }) => name === wanted);
    const shown = symbol?.declarations.filter(({ kind }) => kind === "class").flatMap(({ def }) => [
      ...def?.methods ?? [],
      ...def?.properties ?? [],
    ]);
    const names = new Set(shown?.map(({ name }) => name));
    assertEquals([...names].sort().join(" "), expected.split(" ").sort().join(" "), wanted);
  }
});
