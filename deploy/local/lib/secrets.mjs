import fs from 'node:fs';
import path from 'node:path';
import {
  databaseRoles,
  newPassword,
  passwordFile,
  planKeys,
  readPassword,
  writeSecret,
} from '../../../apps/setup/src/keys/first-keys.ts';
import { readJson } from './files.mjs';

/** @import { Secrets } from '../types.js' */

const adminRole = 'postgres';

/** Secrets of the servers that the launcher starts. `setup keys` makes those of the apps. */
const ownFiles = {
  kafkaPassword: 'kafka-password',
  kafkaAdminPassword: 'kafka-admin-password',
  providerToken: 'provider-token',
  smtpPassword: 'smtp-password',
};

/**
 * Creates the secrets that are missing, as `setup keys` does, and those of the servers. Existing secrets stay.
 * @param {string} folder
 * @returns {Secrets}
 */
export function provideSecrets(folder) {
  keepFormerPasswords(folder);
  for (const { run } of planKeys(folder)) run();
  for (const file of [...Object.values(ownFiles), passwordFile(adminRole)])
    if (!fs.existsSync(path.join(folder, file))) writeSecret(folder, file, newPassword());
  return {
    folder,
    files: Object.fromEntries(
      Object.entries(ownFiles).map(([name, file]) => [name, path.join(folder, file)]),
    ),
    passwords: Object.fromEntries(
      [adminRole, ...databaseRoles].map((role) => [role, readPassword(folder, role) ?? '']),
    ),
  };
}

/**
 * Until November 2026 one file had all passwords.
 * @param {string} folder
 */
function keepFormerPasswords(folder) {
  const passwords = readJson(path.join(folder, 'database-passwords.json')) ?? {};
  for (const [role, password] of Object.entries(passwords))
    if (readPassword(folder, role) === undefined) writeSecret(folder, passwordFile(role), password);
}
