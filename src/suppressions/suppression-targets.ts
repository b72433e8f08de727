/** SQL: a row of `cam_suppressions` counts. */
export const IN_FORCE = 'removed_at IS NULL AND (expires_at IS NULL OR expires_at > cam_now())';

/**
 * What a suppression may name so that it holds for this address: the address, the same without its `+tag`, its domain
 * and the domains above. Addresses come in their one form.
 */
export function suppressionTargets(address: string): string[] {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const labels = address.slice(at + 1).split('.');
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  const plus = local.indexOf('+');
  const bare = plus > 0 ? [`${local.slice(0, plus)}@${labels.join('.')}`] : [];
  return [address, ...bare, ...domains];
}
