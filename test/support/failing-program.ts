/** A program that has a PostgreSQL at hand and finds a fault: see its spec. */
import './own-postgres.js';

process.exitCode = 3;
