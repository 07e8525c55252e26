import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { formOf } from './setting-form.js';

/** A configuration without its secrets. Two starts of a process are compared by it. */
export interface ConfigDescription {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Private and symmetric keys, each with the setting that holds it. */
  readonly keys: readonly { readonly setting: string; readonly kid: string }[];
}

/**
 * Describes a configuration without its secrets. A key is shown by its id and its public members, random bytes by a
 * fingerprint, a URL without its password, and a passphrase as `set`.
 */
export function describeConfig<Shape extends z.core.$ZodLooseShape>(
  { shape }: z.ZodObject<Shape>,
  config: z.output<z.ZodObject<Shape>>,
): ConfigDescription {
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return {
    settings: Object.fromEntries(
      given.map(([name, value]) => [name, formOf(shape[name] as z.ZodType).opaque ? 'set' : shown(value)]),
    ),
    keys: given.flatMap(([setting, value]) => keysIn(value).map((kid) => ({ setting, kid }))),
  };
}

type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** Members of a JSON Web Key that are not secret: those of RFC 7518 section 6, and two of our own. */
const publicMembers = ['kty', 'crv', 'alg', 'use', 'kid', 'x', 'y', 'n', 'e', 'validFrom', 'validUntil'];
const isJsonWebKey = (value: Members) => typeof value['kty'] === 'string';

function shown(value: unknown): unknown {
  if (typeof value === 'string') return withoutPassword(value);
  if (Buffer.isBuffer(value))
    return `sha256:${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(
    ([name]) => !isJsonWebKey(value) || publicMembers.includes(name),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, shown(member)]));
}

function withoutPassword(text: string): string {
  const url = URL.parse(text);
  if (!url?.password) return text;
  url.password = '';
  return url.href;
}

/** Ids of the private and symmetric keys in a value. */
function keysIn(value: unknown): string[] {
  if (!isObject(value)) return [];
  if (isJsonWebKey(value)) return 'd' in value || 'k' in value ? [String(value['kid'])] : [];
  const { keys } = value;
  if (Array.isArray(keys)) return keys.flatMap(keysIn);
  return isObject(keys) ? Object.keys(keys) : [];
}
