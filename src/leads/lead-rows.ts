import { CsvError, parse } from 'csv-parse/sync';
import { DomainError } from '../common/domain-error.js';
import { isReservedName } from '../http/json-body.js';
import { RequestValidationPipe } from '../http/validation.pipe.js';
import { LeadInput, type LeadImportError } from './dto/lead.dto.js';

/** Rows that one call takes at most. */
export const MAX_LEAD_ROWS = 1_000;

const CORE_COLUMNS = new Set(['email', 'first_name', 'last_name', 'company', 'title', 'timezone']);

const validation = new RequestValidationPipe();

/**
 * Reads a CSV with a header row. Column names are lower-cased, their blanks and dashes become `_`; columns that a lead
 * does not have become attributes; empty cells are left out.
 *
 * @throws DomainError `invalid_request` when the text is no CSV, has no `email` column or too many rows
 */
export function readLeadCsv(text: string): Record<string, unknown>[] {
  const rows = parseCsv(text);
  if (rows.length > MAX_LEAD_ROWS) throw badCsv('too_many', `Must have at most ${MAX_LEAD_ROWS} rows.`);
  return rows.map((row) => {
    const lead: Record<string, unknown> = {};
    const attributes: Record<string, string> = {};
    for (const [column, cell] of Object.entries(row)) {
      if (cell === '') continue;
      if (CORE_COLUMNS.has(column)) lead[column] = cell;
      else attributes[column] = cell;
    }
    return Object.keys(attributes).length === 0 ? lead : { ...lead, attributes };
  });
}

/** Checks each row by itself: the sound ones are imported, whatever is wrong with the others. */
export async function checkLeadRows(
  rows: readonly unknown[],
): Promise<{ leads: LeadInput[]; errors: LeadImportError[] }> {
  const leads: LeadInput[] = [];
  const errors: LeadImportError[] = [];
  const seen = new Set<string>();
  for (const [index, row] of rows.entries()) {
    try {
      const lead = (await validation.transform(row, { type: 'body', metatype: LeadInput })) as LeadInput;
      if (seen.has(lead.email)) {
        errors.push({ index, code: 'duplicate', detail: 'email: An earlier row has the same address.' });
        continue;
      }
      seen.add(lead.email);
      leads.push(lead);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      for (const { field, code, detail } of error.errors ?? []) {
        errors.push({ index, code, detail: field === '' ? detail : `${field}: ${detail}` });
      }
    }
  }
  return { leads, errors };
}

function parseCsv(text: string): Record<string, string>[] {
  try {
    return parse<Record<string, string>>(text, {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      // A row may end early; one with more cells than the header is shifted somewhere, so nothing of it can be trusted.
      relax_column_count_less: true,
      columns: (header: string[]) => columnNames(header),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw badCsv('malformed_csv', `Line ${String(error['lines'])}: ${error.code}.`);
  }
}

function columnNames(header: readonly string[]): string[] {
  const names = header.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  );
  if (!names.includes('email')) throw badCsv('required', 'The header row must name an email column.');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw badCsv('duplicate', 'The header row names a column twice.');
  if (names.some(isReservedName)) {
    throw badCsv('forbidden_key', 'The header row names a column that is reserved.');
  }
  return names;
}

function badCsv(code: string, detail: string): DomainError {
  return new DomainError('invalid_request', 'The CSV cannot be read.', {
    errors: [{ field: '', code, detail }],
  });
}
