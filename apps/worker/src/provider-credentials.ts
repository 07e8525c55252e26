import { flag, secretFile, tlsConfig, tlsPathsOf } from '#libs/config';
import { credentialedFetch, SecretFile, tlsFilesOf } from '#libs/credentials';
import { z } from 'zod';

type Key<Name extends string> = `${Name}${'CaFile' | 'CertificateFile' | 'KeyFile' | 'TokenFile'}`;

/**
 * How the worker authenticates to a provider, and the provider to it: by certificates, a bearer token, or both.
 *
 * @param server the provider, within a sentence
 */
export const providerCredentialsConfig = <Name extends string>(name: Name, server: string) =>
  ({
    ...tlsConfig(name, server),
    [`${name}TokenFile`]: secretFile()
      .optional()
      .describe(`Bearer token with which the worker authenticates to ${server}.`),
  }) as Record<Key<Name>, z.ZodOptional<z.ZodString>>;

/**
 * The `fetch` for the calls of a provider.
 *
 * @throws CredentialError if a file is not usable
 */
export function providerFetch<Name extends string>(
  config: { readonly [Property in Key<Name>]?: string | undefined },
  name: Name,
): typeof globalThis.fetch {
  const tokenFile: string | undefined = config[`${name}TokenFile` as Key<Name>];
  const credential = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const token = tokenFile === undefined ? undefined : new SecretFile(`${credential}-token`, tokenFile);
  return credentialedFetch({
    tls: tlsFilesOf(credential, tlsPathsOf(config, name)),
    tokenFor: token && (() => token.current()),
  });
}

/** How the worker authenticates to the mail server, and the mail server to it. */
export const smtpCredentialsConfig = {
  ...tlsConfig('smtp', 'the mail server'),
  smtpRequireTls: flag(false).describe(
    'Whether mail is sent by TLS only, also with `smtp:`. One of the files above and a password file imply it.',
  ),
  smtpUsername: z
    .string()
    .min(1)
    .optional()
    .describe('User of the mail server, in place of the one in the URL.'),
  smtpPasswordFile: secretFile().optional().describe('Password of this user.'),
};

/**
 * The configured credentials for the mail server.
 *
 * @throws CredentialError if a file is not usable
 */
export function smtpCredentialsOf(config: z.output<z.ZodObject<typeof smtpCredentialsConfig>>) {
  const tls = tlsFilesOf('smtp', tlsPathsOf(config, 'smtp'));
  const { smtpPasswordFile: passwordFile } = config;
  return {
    tls,
    requireTls: config.smtpRequireTls || tls !== undefined || passwordFile !== undefined,
    username: config.smtpUsername,
    password: passwordFile === undefined ? undefined : new SecretFile('smtp-password', passwordFile),
  };
}
