import { describe, it } from '@jest/globals';

/**
 * A suite that needs more than Node, such as another server on this machine. Where that is missing, one skipped test
 * says so in its name: a run that left something out must not look like one that did not.
 *
 * @param missing null: nothing is
 */
export function describeWhere(missing: string | null, name: string, suite: () => void): void {
  describe(name, () => {
    if (missing === null) suite();
    else it.skip(`not run: ${missing}`, () => undefined);
  });
}
