import fs from 'node:fs';
import { Connection } from '@temporalio/client';
import { until } from '../lib/wait.mjs';
import { temporalAddress, tlsServerName } from './temporal.mjs';

/** @import { StackContext, TlsFiles } from '../types.js' */

/** A gRPC status code (https://grpc.io/docs/guides/status-codes/). */
const alreadyExists = 6;

/** Temporal's IndexedValueType numbers. */
const requiredSearchAttributes = { ReissueParked: 5 /* Bool */, CustomerRef: 2 /* Keyword */ };
const retentionDays = 3;

/**
 * Resolves when the frontend serves.
 * @param {StackContext} context
 */
export async function temporalAnswers(context) {
  await withConnection(context, async () => undefined);
}

/**
 * Registers namespace and search attributes, and waits until both can be used.
 * @param {StackContext} context
 */
export async function provideNamespace(context) {
  const { namespace } = context.settings;
  await until(() => temporalAnswers(context), { what: 'Temporal' });
  await withConnection(context, async ({ workflowService, operatorService }) => {
    await workflowService
      .registerNamespace({
        namespace,
        // protobufjs takes a number for a Long.
        workflowExecutionRetentionPeriod: { seconds: /** @type {any} */ (retentionDays * 86_400) },
      })
      .catch(unlessItExists);
    const list = async () => (await operatorService.listSearchAttributes({ namespace })).customAttributes;
    const present = await until(list, { what: `Temporal namespace ${namespace}` });
    const missing = Object.entries(requiredSearchAttributes).filter(([name]) => !(name in present));
    if (missing.length > 0)
      await operatorService
        .addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) })
        .catch(unlessItExists);
    // The query succeeds only when every service knows the attributes.
    const query = 'ReissueParked = true AND CustomerRef = "-"';
    await until(() => workflowService.countWorkflowExecutions({ namespace, query }), {
      what: 'Search attributes',
    });
  });
}

/** @param {unknown} error */
function unlessItExists(error) {
  if (/** @type {{code?: unknown}} */ (error).code !== alreadyExists) throw error;
}

/**
 * @template T
 * @param {StackContext} context
 * @param {(connection: Connection) => Promise<T>} use
 */
async function withConnection(context, use) {
  const { tls } = context;
  const connection = await Connection.connect({
    address: temporalAddress(context),
    connectTimeout: 2_000,
    ...(tls && !context.settings.external.temporal && { tls: connectionTls(tls) }),
  });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** @param {TlsFiles} tls */
const connectionTls = ({ ca, clients: { launcher } }) => ({
  serverNameOverride: tlsServerName,
  serverRootCACertificate: fs.readFileSync(ca),
  clientCertPair: { crt: fs.readFileSync(launcher.certificate), key: fs.readFileSync(launcher.key) },
});
