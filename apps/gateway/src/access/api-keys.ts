import { createHash, timingSafeEqual } from 'node:crypto';

/** A front end: its name in ids and logs, and the SHA-256 of its key. */
export interface ApiKey {
  readonly name: string;
  readonly digest: Buffer;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** The key that is valid if none is configured. Production requires configured keys. */
export const developmentApiKeys: readonly ApiKey[] = [{ name: 'local', digest: sha256('reseal-local') }];

/** Identifies front ends by the digests of their API keys. */
export class ApiKeys {
  constructor(private readonly keys: readonly ApiKey[] = developmentApiKeys) {}

  /** The name of the front end that has `key`, if one does. Takes the same time for every key, known or not. */
  nameOf(key: string): string | undefined {
    const digest = sha256(key);
    return this.keys.filter((known) => timingSafeEqual(known.digest, digest)).at(0)?.name;
  }
}
