import { describe, expect, it } from '@jest/globals';
import { warnOfUnknownVariables } from './unknown-variables.js';

const KNOWN = [
  'AICMO_API_KEYS',
  'AICMO_CAM_EMAIL_BATCH_CAP',
  'AICMO_CAM_EMAIL_DAILY_CAP',
  'AICMO_CAM_EMAIL_DRY_RUN',
];

describe('warnOfUnknownVariables', () => {
  it('is silent about known names and about names without our prefix', () => {
    expect(warnOfUnknownVariables([...KNOWN, 'PATH', 'MY_AICMO_KEY', 'AICMOX'], KNOWN)).toEqual([]);
  });

  it.each([
    ['AICMO_CAM_EMAIL_DAILY_CAPS', 'AICMO_CAM_EMAIL_DAILY_CAP'],
    ['AICMO_CAM_EMAIL_DALIY_CAP', 'AICMO_CAM_EMAIL_DAILY_CAP'],
    ['AICMO_CAM_EMAIL_BACH_CAP', 'AICMO_CAM_EMAIL_BATCH_CAP'],
    ['AICMO_CAM_DRY_RUN', 'AICMO_CAM_EMAIL_DRY_RUN'],
    ['AICMO_API_KEY', 'AICMO_API_KEYS'],
    ['aicmo_api_keys', 'AICMO_API_KEYS'],
  ])('answers %s with %s', (name, suggestion) => {
    expect(warnOfUnknownVariables([name], KNOWN)).toEqual([
      `"${name}" is not a known variable; did you mean ${suggestion}?`,
    ]);
  });

  it('suggests nothing when nothing is near', () => {
    expect(warnOfUnknownVariables(['AICMO_COLOUR'], KNOWN)).toEqual([
      '"AICMO_COLOUR" is not a known variable',
    ]);
  });

  it('warns of each name, in alphabetical order', () => {
    const warnings = warnOfUnknownVariables(['AICMO_ZEBRA_FEATURE', 'AICMO_COLOUR'], KNOWN);

    expect(warnings.map((warning) => warning.split('"')[1])).toEqual(['AICMO_COLOUR', 'AICMO_ZEBRA_FEATURE']);
  });
});
