import { jest } from '@jest/globals';

/** A loaded machine or a server far away takes seconds for what is done at once, and Jest gives a test five. */
jest.setTimeout(60_000);
