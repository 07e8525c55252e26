import { KeyStoreError, openToken, type IssuingKeysOptions, type RootLocation, type Token } from '#libs/ca';
import type { AuthorityConfig, CaConfig } from './config.js';

/**
 * The configured location of the issuing CA's keys.
 * @throws {KeyStoreError} if a token is configured incompletely
 */
export function issuingKeysOf(config: AuthorityConfig): IssuingKeysOptions {
  const { caDirectory, caPassphrase, caKeyStore } = config;
  return {
    directory: caDirectory,
    passphrase: caPassphrase,
    newKeys: caKeyStore,
    token: tokenOf(config),
  };
}

/** A token is also needed if new keys go to files while older ones are still in the token. */
function tokenOf(config: AuthorityConfig): Token | undefined {
  const { caKeyStore, pkcs11Module, pkcs11Token, pkcs11Pin, pkcs11TimeoutMs, pkcs11QueueLimit } = config;
  if (caKeyStore === 'file' && pkcs11Module === undefined) return undefined;
  if (pkcs11Module === undefined || pkcs11Token === undefined || pkcs11Pin === undefined) {
    throw new KeyStoreError(
      'keys in a token need RESEAL_PKCS11_MODULE, RESEAL_PKCS11_TOKEN and RESEAL_PKCS11_PIN_FILE',
    );
  }
  return openToken({
    module: pkcs11Module,
    label: pkcs11Token,
    pin: pkcs11Pin,
    timeoutMs: pkcs11TimeoutMs,
    queueLimit: pkcs11QueueLimit,
  });
}

/** The root's location. A missing passphrase is an error only when it is used. */
export function rootLocationOf({ caRootDirectory, caRootPassphrase }: CaConfig): RootLocation {
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
