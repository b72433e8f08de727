import type { VariableValue } from '../templates/template-renderer.js';

/** True for a link that may stand in an `href`, or none: HTML escaping does not stop `javascript:`. */
export function hasSafeLink(link: VariableValue): boolean {
  if (link === null || link === undefined || link === '') return true;
  return (
    typeof link === 'string' && URL.canParse(link) && /^(?:https?|mailto):$/.test(new URL(link).protocol)
  );
}
