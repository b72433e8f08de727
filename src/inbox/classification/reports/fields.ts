/** A field of a report or of a returned mail's header: its name in lower case, its value unfolded. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** `Name:` at the start of a line; RFC 5322 allows more characters in a name than any mail has. */
const FIELD = /^([a-z][\w-]{0,60})[ \t]{0,4}:[ \t]*(.*)$/i;

/** The fields in the lines given. A line that is neither a field nor folded continues the field before it. */
export function fieldsOf(lines: readonly string[]): Field[] {
  const fields: { name: string; value: string }[] = [];
  for (const line of lines) {
    const match = /^\s/.test(line) ? null : FIELD.exec(line);
    const last = fields.at(-1);
    if (match !== null) {
      fields.push({ name: (match[1] ?? '').toLowerCase(), value: (match[2] ?? '').trim() });
    } else if (last !== undefined && last.value.length < 4000) {
      last.value = `${last.value} ${line.trim()}`.trim();
    }
  }
  return fields;
}

export function isField(line: string): boolean {
  return FIELD.test(line);
}

/** @returns the first value of that name; null: none, or an empty one */
export function valueOf(fields: readonly Field[], name: string): string | null {
  return fields.find((field) => field.name === name && field.value !== '')?.value ?? null;
}
