import type {
  CustomerMessage,
  OperationParameters,
  OperationSelection,
  PinnedIdentityRule,
  StartReissue,
} from '#libs/domain';
import type { ColumnType, JSONColumnType } from 'kysely';
import type { ColumnValues } from './column-values.js';

/** A value of a column with a fixed set of values, such as `reissue.state`. */
export type Value<Column extends keyof ColumnValues> = ColumnValues[Column][number];

/** The content of JSON columns whose properties the code relies on. */
interface JsonContents {
  'operation.parameters': OperationParameters;
  'operation.selection': OperationSelection;
  'reissue.identity_rule': PinnedIdentityRule;
  'reissue.pending_message': StartReissue | CustomerMessage;
  'staff_key.jwk': Record<string, unknown> & { kty: string; kid: string };
}

type JsonContent<Column> = Column extends keyof JsonContents ? JsonContents[Column] : Record<string, unknown>;

/** A JSON column: read as an object, written as text. */
export type Json<Column extends string> = JSONColumnType<JsonContent<Column>>;
export type NullableJson<Column extends string> = JSONColumnType<
  JsonContent<Column> | null,
  string | null,
  string | null
>;

/** A 64-bit integer, which JavaScript numbers cannot hold: read as decimal digits. */
export type Bigint = ColumnType<string, string | number | bigint, string | number | bigint>;

/** A column that a trigger sets on every insert. No query may set it. */
export type SetByTrigger<T> = ColumnType<T, never, never>;
export const setByTrigger: readonly string[] = [
  'audit_entry.recorded_at',
  'audit_entry.recorded_by',
  'authority_entry.recorded_at',
  'authority_entry.recorded_by',
  'certificate.status_changed_at',
];
