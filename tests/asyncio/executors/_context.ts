// Copyright 2026 the asyncio authors. MIT license.

/** A context variable as a module that threads import has it. */

import { ContextVar } from "@asyncio/asyncio";

export const test = new ContextVar<string>("test", { default: "none" });
