import { KeyStoreError, type IssuingKeysOptions, type RootPlace } from '#libs/ca';
import type { AuthorityConfig, CaConfig } from './config.js';

/**
 * Where the issuing CA's keys are, as the configuration says.
 * @throws {KeyStoreError} if a token is wanted and not described
 */
export function issuingKeysOf(config: AuthorityConfig): IssuingKeysOptions {
  const { caDirectory, caPassphrase, caKeyStore } = config;
  return { directory: caDirectory, passphrase: caPassphrase, newKeys: caKeyStore };
}

/** The root's place. Its passphrase is missed only when it is used. */
export function rootPlaceOf({ caRootDirectory, caRootPassphrase }: CaConfig): RootPlace {
  return {
    directory: caRootDirectory,
    get passphrase() {
      if (caRootPassphrase !== undefined) return caRootPassphrase;
      throw new KeyStoreError(
        'the root is needed: RESEAL_CA_ROOT_PASSPHRASE is missing (RESEAL_CA_ROOT_PASSPHRASE_FILE may name a file that holds it)',
      );
    },
  };
}
