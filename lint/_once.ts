// Copyright 2026 the asyncio authors. MIT license.

import type { Node } from "./_scope.ts";
import type { Shape } from "./_shape.ts";

const shapes = new WeakMap<Node, Shape>();

/**
 * Finds out what a node stands for, once. While that goes on, what is made of itself (`let x = f(x)`,
 * `type Tree = [Tree, Tree]`) is unknown.
 */
export function once(node: Node, find: () => Shape): Shape {
  const known = shapes.get(node);
  if (known !== undefined) return known;
  shapes.set(node, null);
  const shape = find();
  shapes.set(node, shape);
  return shape;
}
