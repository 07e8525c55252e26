import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from './app-environment.js';
import type { Canary } from './canaries.js';
import type { Person } from './sandbox.js';

const text = (kind: string, value: string): Canary => ({ kind, bytes: Buffer.from(value) });

/** Secrets of people, which only the sandbox may store. */
export const secretsOf = (people: readonly Person[]): Canary[] =>
  people.flatMap(({ certificatePassword, rrn, document, oldKey, oldRandom }) => [
    text('certificate password', certificatePassword),
    text('resident number', rrn),
    text('resident number', `${rrn.slice(0, 6)}-${rrn.slice(6)}`),
    ...(document.type === 'DRIVING_LICENCE' ? [text('licence number', document.number)] : []),
    ...(oldKey ? [text('old key', oldKey.split('\n')[1]!)] : []),
    ...(oldRandom ? [{ kind: 'old R', bytes: Buffer.from(oldRandom, 'hex') }] : []),
  ]);

/** Data that identify a person. Only the tables that need them may contain them. */
export const personalDataOf = (people: readonly Person[]): Canary[] =>
  people.flatMap(({ name, mobile, email, account, ci }) => [
    text('name', name),
    text('mobile number', mobile),
    text('mail address', email),
    text('account number', account.number),
    text('CI', ci),
  ]);

/** Members of a key that are not secret. */
const publicMembers = ['kid', 'current', 'kty', 'crv', 'alg', 'use', 'x', 'y', 'validFrom', 'validUntil'];
const shortestKey = 20;

/** The stack's own keys, passwords and passphrases. */
export function stackSecrets(): Canary[] {
  const folder = join(stateFolder(), 'secrets');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('public'))
    .flatMap(({ parentPath, name: file }) => {
      const content = readFileSync(join(parentPath, file), 'utf8').trim();
      const values = file.endsWith('.json') ? secretValuesIn(JSON.parse(content)) : [content];
      return values
        .filter((value) => value.length >= shortestKey)
        .flatMap((value) => [text(file, value), { kind: file, bytes: Buffer.from(value, 'base64') }]);
    });
}

function secretValuesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    publicMembers.includes(name) ? [] : secretValuesIn(each),
  );
}
