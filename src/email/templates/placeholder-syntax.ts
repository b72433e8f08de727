import { TagToken, Tokenizer, TypeGuards, type Liquid, type TopLevelToken } from 'liquidjs';

/** Linear on any input: a name holds no brace, so no character is tried from more than one opening brace. */
const PLACEHOLDER = /\{[A-Za-z_][A-Za-z0-9_]*\}/g;

/**
 * Splits a template into Liquid's tokens, where `{first_name}` in literal text is the output `{{ first_name }}`.
 *
 * Working on tokens leaves tags, outputs and raw blocks to Liquid's own lexer and keeps every position true to the
 * source; values are never looked at. Any other brace (`p{color:red}`, `{ x }`, `{0}`) stays text.
 *
 * @throws TokenizationError when a tag, an output or a raw block is not closed
 */
export function tokenize(source: string, { operators, ...others }: Liquid['options']): TopLevelToken[] {
  const options = { operators, ...others };
  const braces = { ...options, outputDelimiterLeft: '{', outputDelimiterRight: '}' };
  const slicer = new Tokenizer(source, operators);

  function* split(begin: number, end: number): Generator<TopLevelToken> {
    let textBegin = begin;
    for (const match of source.slice(begin, end).matchAll(PLACEHOLDER)) {
      const placeholderBegin = begin + match.index;
      if (placeholderBegin > textBegin) yield text(textBegin, placeholderBegin);
      slicer.p = placeholderBegin;
      slicer.N = placeholderBegin + match[0].length;
      yield slicer.readOutputToken(braces);
      textBegin = slicer.N;
    }
    if (end > textBegin) yield text(textBegin, end);
  }

  function text(begin: number, end: number): TopLevelToken {
    slicer.p = begin;
    slicer.N = end;
    return slicer.readHTMLToken([]);
  }

  const tokens = new Tokenizer(source, operators).readTopLevelTokens(options);
  return tokens.flatMap((token, index) => {
    const previous = tokens[index - 1];
    const isRaw = previous instanceof TagToken && previous.name === 'raw';
    if (isRaw || !TypeGuards.isHTMLToken(token)) return [token];
    // `{%-` and `-%}` have trimmed the text between them by now.
    return [...split(token.begin + token.trimLeft, token.end - token.trimRight)];
  });
}
