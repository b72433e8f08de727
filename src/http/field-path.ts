const MAX_NAME_LENGTH = 64;

/** Path into a request as answers name it: `leads`, `3`, `email` become `leads[3].email`. Long names are cut. */
export function formatFieldPath(segments: readonly (string | number)[]): string {
  return segments.reduce<string>((path, segment) => {
    if (/^\d+$/.test(String(segment)) && path !== '') return `${path}[${segment}]`;
    return path === '' ? shorten(String(segment)) : `${path}.${shorten(String(segment))}`;
  }, '');
}

/** The names of unknown properties are the caller's own text, of any length. */
function shorten(name: string): string {
  return name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH).toWellFormed()}…` : name;
}
