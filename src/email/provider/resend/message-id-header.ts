const LONGEST = 998;

/** A Message-ID in angle brackets, whether or not Resend writes them; null: the value is none. */
export function messageIdHeaderOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > LONGEST) return null;
  const id = value.trim().replace(/^<|>$/g, '');
  return /^[^\s<>@\p{C}]+@[^\s<>@\p{C}]+$/u.test(id) ? `<${id}>` : null;
}
