/** The address without its `+tag`: mail to both reaches the same person. Addresses come in their one form. */
export function withoutTag(address: string): string {
  const at = address.lastIndexOf('@');
  const plus = address.indexOf('+');
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : address;
}

/** True when both addresses are one person's, whatever their tags. */
export function isSameMailbox(one: string, other: string): boolean {
  return withoutTag(one) === withoutTag(other);
}
