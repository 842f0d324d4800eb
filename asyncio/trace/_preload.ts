// Copyright 2026 the asyncio authors. MIT license.

/** What runs before a program that `trace` runs: all its loops are traced. */

import { TRACER } from "../_environment.ts";
import { writeAtEnd } from "./_host.ts";
import { Tracer } from "./tracer.ts";

const tracer = new Tracer();
Object.defineProperty(globalThis, TRACER, { value: tracer });
writeAtEnd((file) => file.endsWith(".html") ? [tracer.toHtml()] : tracer.chromeTrace());
