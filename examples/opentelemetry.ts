// Copyright 2026 the asyncio authors. MIT license.

/**
 * Spans of OpenTelemetry that nest as the awaits of the tasks do, in both kinds of coroutine. Deno sends
 * them by itself where `OTEL_DENO` is set; the package of OpenTelemetry is its interface only, and this
 * library knows nothing of it.
 *
 *     OTEL_DENO=true deno run examples/opentelemetry.ts
 *
 * A collector is expected at `http://localhost:4318`, or at `OTEL_EXPORTER_OTLP_ENDPOINT`. Without
 * `OTEL_DENO` nothing is sent, and the program does the same.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("bakery");

/** The context of the innermost span: a task that is created within it begins with that. */
const active = new asyncio.ContextVar("span", { default: context.active() });

/** A span around the body of an `asyncWith()`. */
function spanned(name: string) {
  const outer = active.get();
  const span = tracer.startSpan(name, {}, outer);
  return {
    // deno-lint-ignore require-yield -- nothing to wait for
    *aenter(): asyncio.Coroutine<Span> {
      active.set(trace.setSpan(outer, span));
      return span;
    },
    // deno-lint-ignore require-yield -- nothing to wait for
    *aexit(error?: unknown): asyncio.Coroutine<void> {
      active.set(outer);
      if (error instanceof Error) span.recordException(error);
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

function* knead(loaf: number): asyncio.Coroutine<string> {
  return yield* asyncio.asyncWith(spanned(`knead ${loaf}`), function* () {
    yield* asyncio.sleep(0.01);
    return `loaf ${loaf}`;
  });
}

async function bake(loaf: number): Promise<string> {
  return await asyncio.asyncWith(spanned(`bake ${loaf}`), async () => {
    const dough = await asyncio.createTask(knead(loaf));
    await asyncio.sleep(0.01);
    return `${dough} is baked`;
  });
}

async function clean(): Promise<void> {
  await asyncio.asyncWith(spanned("clean"), async () => await asyncio.sleep(3600));
}

await asyncio.run(async function main() {
  await asyncio.asyncWith(spanned("open"), async () => {
    const baked = await asyncio.gather(() => bake(1), () => bake(2));
    console.log(baked.join(", "));
    try {
      await asyncio.waitFor(clean, 0.01);
    } catch (error) {
      if (!(error instanceof asyncio.TimeoutError)) throw error;
      console.log("closing time");
    }
  });
});
