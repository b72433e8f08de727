import { jest } from '@jest/globals';

/** A loaded machine or a server far away makes a database in seconds, not in the five that Jest gives a hook. */
jest.setTimeout(60_000);
