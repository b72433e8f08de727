import type { VariableValue } from '../templates/template-renderer.js';

/** The parts of a lead that a template may speak of. */
export interface AddressedLead {
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly attributes: Readonly<Record<string, VariableValue>>;
}

/**
 * What a template may name: the lead's attributes, her own fields before them, the call to action, and what the caller
 * says of this one mail before all.
 *
 * @param toEmail where this mail goes: usually, not always, the lead's own address
 */
export function templateVariables(
  lead: AddressedLead,
  toEmail: string,
  ctaLink: string | null,
  personalization: Readonly<Record<string, VariableValue>>,
): Record<string, VariableValue> {
  const own: Record<string, VariableValue> = {
    first_name: lead.first_name,
    last_name: lead.last_name,
    company: lead.company,
    title: lead.title,
    email: toEmail,
    cta_link: ctaLink,
  };
  const known = Object.entries(own).filter(([, value]) => value !== null);
  return { ...lead.attributes, ...Object.fromEntries(known), ...personalization };
}
