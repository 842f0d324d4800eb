// Copyright 2026 the asyncio authors. MIT license.

/**
 * Finds files that import each other in a circle.
 *
 * @module
 */

import type { SourceFile } from "./source_file.ts";

/** One message for each import that closes a circle, naming the files of the circle in order. */
export function checkCircles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<SourceFile>();
  const trail: SourceFile[] = [];
  const messages: string[] = [];

  function visit(file: SourceFile): void {
    if (finished.has(file)) return;
    const first = trail.indexOf(file);
    if (first >= 0) {
      const circle = [...trail.slice(first), file].map((member) => member.path);
      messages.push(`${circle.at(-2)}: closes the import circle ${circle.join(" -> ")}`);
      return;
    }
    trail.push(file);
    for (const target of targetsOf(file)) visit(target);
    trail.pop();
    finished.add(file);
  }

  function targetsOf(file: SourceFile): Set<SourceFile> {
    const targets = file.imports.map(({ target }) => byPath.get(target ?? ""));
    return new Set(targets.filter((target) => target !== undefined));
  }

  for (const file of files) visit(file);
  return messages;
}
