// Copyright 2026 the asyncio authors. MIT license.

import { TEXTS } from "../chapters/texts.ts";
import type { Chapter } from "../chapters/chapter.ts";

const PROGRAMS = new URL("../chapters/", import.meta.url);

/** The chapters, each with its program. */
export async function readChapters(): Promise<Chapter[]> {
  return await Promise.all(TEXTS.map(async (text) => {
    const source = await Deno.readTextFile(new URL(`${text.id}.ts`, PROGRAMS));
    return { ...text, program: source.replace(/^\/\/ Copyright.*\n\s*/, "") };
  }));
}
