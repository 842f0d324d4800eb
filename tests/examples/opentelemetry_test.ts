// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals } from "@std/assert";
import { commandOf } from "./_program.ts";

interface Span {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceId: string;
  readonly name: string;
  readonly status?: { readonly code?: number };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface Traces {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: Span[] }[] }[];
}

/** Runs the example, with a collector of the test's own. */
async function run(env: Record<string, string>): Promise<{ out: string; spans: Span[] }> {
  const spans: Span[] = [];
  await using collector = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const body = await request.text();
      if (new URL(request.url).pathname === "/v1/traces") {
        const traces = JSON.parse(body) as Traces;
        spans.push(
          ...traces.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)
            .flatMap((scope) => scope.spans),
        );
      }
      return Response.json({});
    },
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: commandOf("opentelemetry.ts"),
    cwd: new URL("../../", import.meta.url),
    env: {
      NO_COLOR: "1",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
      ...env,
    },
  }).output();
  const text = new TextDecoder();
  assertEquals([code, text.decode(stderr)], [0, ""]);
  return { out: text.decode(stdout), spans };
}

const PRINTED = "loaf 1 is baked, loaf 2 is baked\nclosing time\n";

Deno.test("opentelemetry.ts sends spans that nest as the awaits of its tasks do", async () => {
  const { out, spans } = await run({ OTEL_DENO: "true" });
  assertEquals(out, PRINTED);
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const parents = spans.map((
    { name, parentSpanId },
  ) => [name, names.get(parentSpanId ?? "") ?? ""]);
  assertEquals(Object.fromEntries(parents), {
    open: "",
    "bake 1": "open",
    "knead 1": "bake 1",
    "bake 2": "open",
    "knead 2": "bake 2",
    clean: "open",
  });
  assertEquals(spans.length, 6);
  assertEquals(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  // Each lies within its parent, and only the one that was cancelled has failed.
  for (const { parentSpanId, startTimeUnixNano, endTimeUnixNano, name, status } of spans) {
    const parent = spans.find(({ spanId }) => spanId === parentSpanId);
    if (parent !== undefined) {
      assertEquals(BigInt(parent.startTimeUnixNano) <= BigInt(startTimeUnixNano), true, name);
      assertEquals(BigInt(parent.endTimeUnixNano) >= BigInt(endTimeUnixNano), true, name);
    }
    assertEquals(status?.code ?? 0, name === "clean" ? 2 : 0);
  }
});

Deno.test("opentelemetry.ts does the same where nobody has asked for spans", async () => {
  assertEquals(await run({ OTEL_DENO: "false" }), { out: PRINTED, spans: [] });
});
