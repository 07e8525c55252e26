import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { UsageError } from '../terminal.js';
import { customerRecord, fieldNames, requiredFields, type CustomerRecord } from './customer-record.js';
import { longestLine, type Line } from './lines.js';

/** A line that holds a customer, or the reason why it is refused. The reason quotes nothing from the line. */
export type ReadLine =
  | { readonly line: number; readonly record: CustomerRecord }
  | { readonly line: number; readonly refused: string };

/** The forms of a file of customers, by the end of its name. */
export const forms = { '.csv': 'CSV', '.jsonl': 'JSONL', '.ndjson': 'JSONL' } as const;
export type Form = (typeof forms)[keyof typeof forms];

/** Reads batches of lines in their order: the first line of a CSV file names its columns. */
export interface RecordReader {
  /** Lines that are empty are left out. @throws {UsageError} if the first line does not name the columns */
  read(batch: readonly Line[]): ReadLine[];
  /** Reads only the columns, from the first line of a file whose next lines an earlier run has handled. */
  readHeader(line: Line): void;
}

const damaged = '\uFFFD';
const unreadable = 'has characters that the encoding does not have (see --encoding)';

/** @param now the time of the import */
export function createRecordReader(form: Form, now: Date): RecordReader {
  const schema = customerRecord(now);
  const cells = form === 'CSV' ? new CsvCells() : undefined;
  return {
    readHeader: (line) => void cells?.isHeader(line),
    read: (batch) =>
      batch
        .filter(({ text }) => text === undefined || text.trim() !== '')
        .flatMap((line) => (cells?.isHeader(line) ? [] : [line]))
        .map((line, index, lines) => {
          const value = cells ? cells.of(index, lines) : jsonOf(line);
          return value instanceof Refusal ? value.of(line) : validated(schema, line, value);
        }),
  };
}

class Refusal {
  constructor(private readonly reason: string) {}

  of({ number }: Line): ReadLine {
    return { line: number, refused: this.reason };
  }
}

const tooLong = new Refusal(`is longer than ${longestLine} bytes`);

function jsonOf({ text }: Line): unknown {
  if (text === undefined) return tooLong;
  if (text.includes(damaged)) return new Refusal(unreadable);
  try {
    return JSON.parse(text);
  } catch {
    return new Refusal('is not JSON');
  }
}

const csv = { relax_column_count: true, record_delimiter: ['\n'] };

/** Cells of CSV lines (RFC 4180). A field holds no line break, so that one damaged line spoils no other. */
class CsvCells {
  private columns: readonly string[] | undefined;
  private lines: readonly Line[] | undefined;
  private rows: readonly (readonly string[])[] | undefined;

  /** Whether this is the first line, which names the columns. @throws {UsageError} if it does not */
  isHeader(line: Line): boolean {
    if (this.columns) return false;
    const cells = rowsOf([line])?.[0]?.map((name) => name.trim()) ?? [];
    const unknown = cells.findIndex((name) => !fieldNames.includes(name));
    if (unknown >= 0)
      throw new UsageError(
        `Line ${line.number} must name the columns, and its column ${unknown + 1} is none of: ${fieldNames.join(', ')}`,
      );
    const missing = requiredFields.filter((name) => !cells.includes(name));
    if (missing.length > 0) throw new UsageError(`The first line has no column ${missing.join(', ')}`);
    if (new Set(cells).size < cells.length) throw new UsageError('The first line names a column twice');
    this.columns = cells;
    return true;
  }

  /** The cells of a line by column. @param lines its batch, which is parsed as a whole unless a line is damaged */
  of(index: number, lines: readonly Line[]): unknown {
    const line = lines[index]!;
    if (line.text === undefined) return tooLong;
    if (line.text.includes(damaged)) return new Refusal(unreadable);
    if (this.lines !== lines) {
      this.lines = lines;
      const rows = rowsOf(lines);
      // A quote that is opened in one line and closed in another joins both.
      this.rows = rows?.length === lines.length ? rows : undefined;
    }
    const row = this.rows ? this.rows[index] : rowsOf([line])?.[0];
    if (!row) return new Refusal('has a quotation mark that is not closed, or is in the middle of a field');
    const columns = this.columns ?? [];
    if (row.length !== columns.length)
      return new Refusal(`has ${row.length} fields, and the first line ${columns.length}`);
    return Object.fromEntries(columns.map((name, column) => [name, row[column]]));
  }
}

function rowsOf(lines: readonly Line[]): string[][] | undefined {
  try {
    return parse(lines.map(({ text = '' }) => text).join('\n'), csv);
  } catch {
    return undefined;
  }
}

function validated(schema: z.ZodType<CustomerRecord>, { number }: Line, value: unknown): ReadLine {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { line: number, record: parsed.data };
  const reasons = parsed.error.issues.map(({ code, path: [field], message }) => {
    if (code === 'unrecognized_keys') return 'has a member that is not documented';
    if (field === undefined) return message;
    const given = (value as Readonly<Record<PropertyKey, unknown>>)[field];
    const missing = given === undefined || given === '' || given === null;
    return `${String(field)} ${missing ? 'is missing' : message}`;
  });
  return { line: number, refused: reasons.join('; ') };
}
