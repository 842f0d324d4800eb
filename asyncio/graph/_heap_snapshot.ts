// Copyright 2026 the asyncio authors. MIT license.

/**
 * A snapshot of a heap, as V8 writes it: nodes and edges in two long arrays of numbers.
 *
 * A node is named by its place in the array. The format is V8's own, and has been the same for years.
 */

interface Written {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** What leads from one node to another. */
export interface Edge {
  /** `property`, `element`, `internal`, `context`, `hidden` and so on. */
  readonly type: string;
  readonly name: string;
  readonly to: number;
}

/** A snapshot. */
export class HeapSnapshot {
  readonly #written: Written;
  readonly #nodeSize: number;
  readonly #edgeSize: number;
  /** Where the fields of a node are. */
  readonly #type: number;
  readonly #name: number;
  readonly #id: number;
  readonly #edgeCount: number;
  /** For each node, where its edges begin. */
  readonly #firstEdges: Uint32Array;
  readonly #nodes = new Map<number, number>();

  /** @param text The JSON of it. */
  constructor(text: string) {
    const written = this.#written = JSON.parse(text) as Written;
    const { meta } = written.snapshot;
    this.#nodeSize = meta.node_fields.length;
    this.#edgeSize = meta.edge_fields.length;
    this.#type = meta.node_fields.indexOf("type");
    this.#name = meta.node_fields.indexOf("name");
    this.#id = meta.node_fields.indexOf("id");
    this.#edgeCount = meta.node_fields.indexOf("edge_count");
    const { nodes } = written;
    this.#firstEdges = new Uint32Array(nodes.length / this.#nodeSize);
    let edge = 0;
    for (let i = 0; i < this.#firstEdges.length; i++) {
      const node = i * this.#nodeSize;
      this.#firstEdges[i] = edge;
      this.#nodes.set(nodes[node + this.#id]!, node);
      edge += nodes[node + this.#edgeCount]! * this.#edgeSize;
    }
  }

  /** The node of an object's id. */
  nodeOf(id: number): number | undefined {
    return this.#nodes.get(id);
  }

  /** The id of its object. */
  idOf(node: number): number {
    return this.#written.nodes[node + this.#id]!;
  }

  /** `object`, `closure`, `array`, `native` and so on. */
  typeOf(node: number): string {
    return this.#written.snapshot.meta.node_types[0][this.#written.nodes[node + this.#type]!]!;
  }

  /** The name of a function, or of an object's class. */
  nameOf(node: number): string {
    return this.#written.strings[this.#written.nodes[node + this.#name]!]!;
  }

  /** What leads from a node to others. */
  *edgesOf(node: number): Generator<Edge> {
    const { edges, strings, nodes, snapshot } = this.#written;
    const types = snapshot.meta.edge_types[0];
    let at = this.#firstEdges[node / this.#nodeSize]!;
    const end = at + nodes[node + this.#edgeCount]! * this.#edgeSize;
    for (; at < end; at += this.#edgeSize) {
      const type = types[edges[at]!]!;
      const isNumbered = type === "element" || type === "hidden";
      const name = isNumbered ? String(edges[at + 1]) : strings[edges[at + 1]!]!;
      yield { type, name, to: edges[at + 2]! };
    }
  }

  /** The node to which an edge of that name leads. */
  follow(node: number | undefined, name: string): number | undefined {
    if (node === undefined) return undefined;
    for (const edge of this.edgesOf(node)) if (edge.name === name) return edge.to;
    return undefined;
  }
}
