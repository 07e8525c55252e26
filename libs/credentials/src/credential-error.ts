/** A file with a credential that cannot be used. The message names the file and says why, and contains nothing of it. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
}
