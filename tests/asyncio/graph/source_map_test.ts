// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { SourceMap } from "../../../asyncio/graph/_source_map.ts";

const url = (map: unknown) => `data:application/json;base64,${btoa(JSON.stringify(map))}`;

Deno.test("SourceMap.lineOf() finds the line of the source, back and forth", () => {
  // Columns 0 and 10 of the first line are of line 5; column 0 of the third is of line 3, and a column
  // of more than five bits of line 40.
  const map = SourceMap.fromUrl(url({ mappings: "AAKA,UAAA;;AAFA,gDAqCA" }))!;
  assertEquals(map.lineOf(0, 0), 5);
  assertEquals(map.lineOf(0, 11), 5);
  assertEquals(map.lineOf(1, 0), undefined);
  assertEquals(map.lineOf(2, 5), 3);
  assertEquals(map.lineOf(2, 48), 40);
  assertEquals(map.lineOf(9, 0), undefined);
});

Deno.test("SourceMap.fromUrl() gives none of what is no map", () => {
  for (const other of ["", "app.js.map", "data:application/json;base64,%%%", url({}), url(null)]) {
    assertEquals(SourceMap.fromUrl(other), null);
  }
});
