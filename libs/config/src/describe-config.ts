import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { isSecret } from './values.js';

/** A configuration as it may be shown: to compare one start of a process with another, and to name its keys. */
export interface ConfigDescription {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Keys that open, seal or sign, by the setting that holds them. */
  readonly keys: readonly { readonly setting: string; readonly kid: string }[];
}

/**
 * Describes a configuration without its secrets: of a key, its id and what is public of it; of bytes, a fingerprint
 * (they are random, so that it tells nothing else); of a URL, all but the password; of a passphrase, that there is one.
 */
export function describeConfig<Shape extends z.core.$ZodLooseShape>(
  { shape }: z.ZodObject<Shape>,
  config: z.output<z.ZodObject<Shape>>,
): ConfigDescription {
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return {
    settings: Object.fromEntries(
      given.map(([name, value]) => [name, isSecret(shape[name] as z.ZodType) ? 'set' : shown(value)]),
    ),
    keys: given.flatMap(([setting, value]) => keysIn(value).map((kid) => ({ setting, kid }))),
  };
}

type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** Members of a JSON Web Key that are not secret (RFC 7518 section 6), and ours. */
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

/** Ids of the keys that are not only public ones. */
function keysIn(value: unknown): string[] {
  if (!isObject(value)) return [];
  if (isJsonWebKey(value)) return 'd' in value || 'k' in value ? [String(value['kid'])] : [];
  const { keys } = value;
  if (Array.isArray(keys)) return keys.flatMap(keysIn);
  return isObject(keys) ? Object.keys(keys) : [];
}
