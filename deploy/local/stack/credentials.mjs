import { kafkaUser } from './kafka.mjs';
import { tlsServerName } from './temporal.mjs';

/** @import { Environment, StackContext, TlsClient, TlsFiles } from '../types.js' */

/** The user of the sandbox's mail server. */
const smtpUser = 'reseal';

/** The providers of the sandbox, as the worker's settings name them. */
const providers = ['TELECOM', 'ONE_WON', 'DOCUMENT', 'SMS'];

/**
 * The certificates with which an app reaches a server.
 * @param {string} server in the names of settings
 * @param {TlsFiles} tls
 * @param {TlsClient} app
 * @returns {Record<string, string>}
 */
const certificates = (server, { ca, clients }, app) => ({
  [`RESEAL_${server}_CA_FILE`]: ca,
  [`RESEAL_${server}_CERTIFICATE_FILE`]: clients[app].certificate,
  [`RESEAL_${server}_KEY_FILE`]: clients[app].key,
});

/**
 * The files for an external server, which the launcher's environment names.
 * @param {string} server in the names of settings
 * @returns {Environment}
 */
const externalFiles = (server) =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => key.startsWith(`RESEAL_${server}_`) && key.endsWith('_FILE'),
    ),
  );

/**
 * The credentials of an app for Temporal.
 * @param {StackContext} context
 * @param {TlsClient} app
 * @returns {Environment}
 */
export function temporalCredentials({ settings, tls }, app) {
  if (settings.external.temporal) return externalFiles('TEMPORAL');
  return tls ? { ...certificates('TEMPORAL', tls, app), RESEAL_TEMPORAL_SERVER_NAME: tlsServerName } : {};
}

/**
 * The credentials of an app for Kafka.
 * @param {StackContext} context
 * @param {TlsClient} app
 * @returns {Environment}
 */
export function kafkaCredentials({ settings, secrets, tls }, app) {
  if (settings.external.kafka) return externalFiles('KAFKA');
  if (!tls) return {};
  return {
    ...certificates('KAFKA', tls, app),
    RESEAL_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    RESEAL_KAFKA_USERNAME: kafkaUser,
    RESEAL_KAFKA_PASSWORD_FILE: secrets.files.kafkaPassword,
  };
}

/**
 * The credentials of the worker for the sandbox's providers and mail server.
 * @param {StackContext} context
 * @returns {Environment}
 */
export function providerCredentials({ secrets, tls }) {
  if (!tls) return {};
  const { ca } = tls;
  return {
    ...Object.assign({}, ...providers.map((provider) => certificates(provider, tls, 'worker'))),
    ...Object.fromEntries(
      providers.map((provider) => [`RESEAL_${provider}_TOKEN_FILE`, secrets.files.providerToken]),
    ),
    RESEAL_SMTP_CA_FILE: ca,
    RESEAL_SMTP_USERNAME: smtpUser,
    RESEAL_SMTP_PASSWORD_FILE: secrets.files.smtpPassword,
  };
}

/**
 * With what the sandbox's providers and its mail server authenticate, and what they demand of the worker.
 * @param {StackContext} context
 * @returns {Environment}
 */
export function sandboxCredentials({ settings, secrets, tls }) {
  if (!tls) return {};
  const { certificate, key } = tls.servers.sandbox;
  return {
    RESEAL_SANDBOX_TLS_PORT: String(settings.ports.sandboxTls),
    RESEAL_SANDBOX_CERTIFICATE_FILE: certificate,
    RESEAL_SANDBOX_KEY_FILE: key,
    RESEAL_SANDBOX_CLIENTS_CA_FILE: tls.ca,
    RESEAL_SANDBOX_TOKEN_FILE: secrets.files.providerToken,
    RESEAL_SANDBOX_SMTP_USERNAME: smtpUser,
    RESEAL_SANDBOX_SMTP_PASSWORD_FILE: secrets.files.smtpPassword,
  };
}
