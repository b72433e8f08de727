import { withoutTag } from '../common/same-mailbox.js';

/** SQL: a row of `cam_suppressions` counts. */
export const IN_FORCE = 'removed_at IS NULL AND (expires_at IS NULL OR expires_at > cam_now())';

/**
 * What a suppression may name so that it holds for this address: the address, the same without its `+tag`, its domain
 * and the domains above. Addresses come in their one form.
 */
export function suppressionTargets(address: string): string[] {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  return [...new Set([address, withoutTag(address)]), ...domains];
}
