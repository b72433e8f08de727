import { TypeGuards, type TopLevelToken } from 'liquidjs';

/** Tags that hold others until their `end…`. */
const BLOCKS = new Set(['if', 'unless', 'case', 'for', 'comment']);

const OPENING = new Set(['[', '(']);
const CLOSING = new Set([']', ')']);

/**
 * How deep a template nests: blocks in blocks, or brackets in one expression, whichever is deeper. LiquidJS parses both
 * by recursion, and near the end of the stack V8 may end the whole process where it would otherwise throw.
 */
export function nestingDepth(tokens: readonly TopLevelToken[]): number {
  let blocks = 0;
  let deepest = 0;
  for (const token of tokens) {
    if (TypeGuards.isTagToken(token)) {
      if (BLOCKS.has(token.name)) blocks += 1;
      else if (token.name.startsWith('end')) blocks = Math.max(0, blocks - 1);
      deepest = Math.max(deepest, blocks, bracketDepth(token.getText()));
    } else if (TypeGuards.isOutputToken(token)) {
      deepest = Math.max(deepest, bracketDepth(token.getText()));
    }
  }
  return deepest;
}

function bracketDepth(expression: string): number {
  let open = 0;
  let deepest = 0;
  for (const character of expression) {
    if (OPENING.has(character)) open += 1;
    else if (CLOSING.has(character)) open = Math.max(0, open - 1);
    deepest = Math.max(deepest, open);
  }
  return deepest;
}
