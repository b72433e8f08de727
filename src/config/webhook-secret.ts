import { invalid, valid, type Parser } from './parser.js';

/** Standard Webhooks: the symmetric key in base64, 24 to 64 bytes of it. */
export const webhookSecret: Parser<string> = {
  allowed: 'whsec_ and 24 to 64 bytes in base64',
  parse: (text) => {
    const [, base64] =
      /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text) ?? [];
    if (base64 === undefined || base64 === '') return invalid('is not whsec_ and base64');
    const { length } = Buffer.from(base64, 'base64');
    return length < 24 || length > 64 ? invalid('holds too few or too many bytes') : valid(text);
  },
};
