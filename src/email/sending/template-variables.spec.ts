import { describe, expect, it } from '@jest/globals';
import { templateVariables } from './template-variables.js';

const lead = { first_name: 'Ada', last_name: null, company: 'Engines', title: null, attributes: {} };

describe('templateVariables', () => {
  it('lets a field of the lead win over an attribute of the same name', () => {
    const variables = templateVariables(
      { ...lead, attributes: { company: 'Other' } },
      'ada@x.example',
      null,
      {},
    );

    expect(variables).toMatchObject({ company: 'Engines' });
  });

  it('uses an attribute where the lead has no such field', () => {
    const variables = templateVariables(
      { ...lead, attributes: { title: 'Countess' } },
      'ada@x.example',
      null,
      {},
    );

    expect(variables).toMatchObject({ title: 'Countess' });
  });

  it('lets personalization win over everything', () => {
    const said = { first_name: 'Augusta', cta_link: 'https://b.example' };
    const variables = templateVariables(lead, 'ada@x.example', 'https://a.example', said);

    expect(variables).toMatchObject(said);
  });

  it('names the address that the mail goes to', () => {
    expect(templateVariables(lead, 'office@x.example', null, {})).toMatchObject({
      email: 'office@x.example',
    });
  });
});
