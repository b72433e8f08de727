import { withoutTag } from '../common/same-mailbox.js';

/** SQL: a row of `cam_suppressions` counts. The clock is a function: asked once, not for each row. */
export const IN_FORCE = 'removed_at IS NULL AND (expires_at IS NULL OR expires_at > (SELECT cam_now()))';

/**
 * What a suppression may name so that it holds for this address: the address, the same without its `+tag`, its domain
 * and the domains above. Addresses come in their one form.
 */
export function suppressionTargets(address: string): string[] {
  const untagged = withoutTag(address);
  const targets = untagged === address ? [address] : [address, untagged];
  let domain = address.slice(address.lastIndexOf('@') + 1);
  for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.')) {
    targets.push(domain);
    domain = domain.slice(dot + 1);
  }
  return targets;
}
