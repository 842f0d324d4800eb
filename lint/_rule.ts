// Copyright 2026 the asyncio authors. MIT license.

import { mentionsLibrary } from "./_library.ts";

/** Makes a rule that costs nothing in files that do not use the library. */
export function rule(create: Deno.lint.Rule["create"]): Deno.lint.Rule {
  return { create: (context) => mentionsLibrary(context.sourceCode.text) ? create(context) : {} };
}
