import { z } from 'zod';
import { environmentKey } from './environment-key.js';
import { formOf, innerSchema } from './setting-form.js';

/** One environment variable of an application, as the configuration table shows it. */
export interface Setting {
  readonly key: string;
  /** The meaning of the setting; undefined if the schema has no description. */
  readonly meaning: string | undefined;
  /** Unit or notation of the value, e.g. `ms`, `true or false`. */
  readonly unit: string;
  /** The value that is used if the variable is not set, as it would be written in the variable. */
  readonly fallback: string | undefined;
  /** Whether the application does not start without it. */
  readonly required: boolean;
  /** Whether the value is confidential, and should be given by file. */
  readonly secret: boolean;
}

/** The settings of a configuration schema, in its order. */
export const settingsOf = (schema: z.ZodObject): Setting[] =>
  Object.entries(schema.shape).map(([property, field]) => settingOf(property, field as z.ZodType));

function settingOf(property: string, field: z.ZodType): Setting {
  const key = environmentKey(property, field);
  const { unit, secret = false } = formOf(field);
  const fallback = fallbackOf(field);
  return {
    key,
    meaning: meaningOf(field),
    unit: unit ?? unitByType(field) ?? unitByName(key),
    fallback: fallback === undefined ? undefined : written(fallback),
    required: fallback === undefined && !field.safeParse(undefined).success,
    secret,
  };
}

function meaningOf(schema: z.ZodType): string | undefined {
  const inner = innerSchema(schema);
  return schema.description ?? (inner && meaningOf(inner));
}

function fallbackOf(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.def.defaultValue;
  const inner = innerSchema(schema);
  return inner && fallbackOf(inner);
}

const written = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

function unitByType(schema: z.ZodType): string | undefined {
  if (schema instanceof z.ZodEnum) return orList(schema.options.map(String));
  const inner = innerSchema(schema);
  return inner && unitByType(inner);
}

const orList = (words: readonly string[]) =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** Units that the last word of a variable's name states. */
const unitNames: Readonly<Record<string, string>> = {
  SECONDS: 's',
  DAYS: 'days',
  MONTHS: 'months',
  YEARS: 'years',
  BYTES: 'bytes',
  KIB: 'KiB',
  SECOND: 'bytes per second',
  DIRECTORY: 'directory',
  FILE: 'file',
};

const unitByName = (key: string) => unitNames[key.slice(key.lastIndexOf('_') + 1)] ?? 'text';
