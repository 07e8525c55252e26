import fs from 'node:fs';
import { Connection } from '@temporalio/client';
import { temporalAddress, tlsServerName } from './temporal.mjs';

/** @import { StackContext, TlsFiles } from '../types.js' */

/**
 * Resolves when the frontend of the stack's own server serves.
 * @param {StackContext} context
 */
export async function temporalAnswers(context) {
  const connection = await Connection.connect({
    address: temporalAddress(context),
    connectTimeout: 2_000,
    ...(context.tls && { tls: connectionTls(context.tls) }),
  });
  await connection.close();
}

/** @param {TlsFiles} tls */
const connectionTls = ({ ca, clients: { launcher } }) => ({
  serverNameOverride: tlsServerName,
  serverRootCACertificate: fs.readFileSync(ca),
  clientCertPair: { crt: fs.readFileSync(launcher.certificate), key: fs.readFileSync(launcher.key) },
});
