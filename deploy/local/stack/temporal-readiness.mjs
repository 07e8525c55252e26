import fs from 'node:fs';
import { Connection } from '@temporalio/client';
import { temporalAddress, tlsServerName } from './temporal.mjs';

/** @import { StackContext, TlsFiles } from '../types.js' */

/**
 * Resolves when the frontend of the stack's own server serves.
 * @param {StackContext} context
 * @param {string} [host] the address of one host of a cluster; by default of the load balancer
 */
export async function temporalAnswers(context, host) {
  const connection = await Connection.connect({
    address: temporalAddress(context, host),
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
