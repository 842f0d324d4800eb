// Copyright 2026 the asyncio authors. MIT license.

/**
 * The layer check as a whole: every file, the circles between files, the size of the core.
 *
 * @module
 */

import { checkCircles } from "./circles.ts";
import { checkFile } from "./file_rules.ts";
import type { SourceFile } from "./source_file.ts";

/** Code lines, comments and blank lines apart, that `coroutines/` may have. */
export const MAX_CORE_LINES = 5250;

/** What is wrong with a tree, one line a breach; nothing if all is well. */
export function checkLayers(files: readonly SourceFile[]): string[] {
  const core = coreLineCount(files);
  const size = core > MAX_CORE_LINES
    ? [`coroutines/: ${core} code lines, more than ${MAX_CORE_LINES}: features belong in asyncio/`]
    : [];
  return [...files.flatMap(checkFile), ...checkCircles(files), ...size];
}

/** Code lines of `coroutines/`. */
export function coreLineCount(files: readonly SourceFile[]): number {
  const core = files.filter((file) => file.folder === "coroutines");
  return core.reduce((total, file) => total + file.codeLineCount, 0);
}
