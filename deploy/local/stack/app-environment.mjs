import path from 'node:path';
import { writeFileAtomically } from '../lib/files.mjs';
import { kafkaBrokers } from './kafka.mjs';
import { adminUrl, databaseUrl } from './postgres.mjs';
import { temporalAddress } from './temporal.mjs';

/** Inherited by every process; nothing else of the launcher's environment is. */
const systemVariables = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'];

/** Where a PKCS#11 token is, for those who use the CA's keys. */
const tokenVariables = ['RESEAL_PKCS11_PIN_FILE', 'SOFTHSM2_CONF'];
/** Keys of the launcher's own environment that belong to one app only. */
const variablesOfOneApp = {
  gateway: ['RESEAL_API_KEYS', 'RESEAL_API_KEYS_FILE', 'RESEAL_PAGE_API_KEY'],
  worker: [
    'RESEAL_TELECOM_URL',
    'RESEAL_ONE_WON_URL',
    'RESEAL_DOCUMENT_URL',
    'RESEAL_SMS_URL',
    'RESEAL_SMTP_URL',
    'RESEAL_MAIL_FROM',
  ],
  signer: tokenVariables,
  ca: tokenVariables,
};
/** What names a secret or an address is handed out below, to those who hold it; plain settings go to everyone. */
const notSharedVariables = /(_URL|_FILE|_KEY|_KEYS|_SECRET|_PASSWORD|_DIRECTORY|_PORT|_ADDRESS|_BROKERS)$/;

/**
 * Everybody calls from one address here, also the hundreds of a test, of a bench or of `npm run demo -- --count`: an
 * address is no bound. Devices and persons are, as in production.
 */
const localLimits = {
  RESEAL_LIMIT_ADDRESS_STARTS: '100000/1',
  RESEAL_LIMIT_ADDRESS_CALLS: '100000/1',
};

/** Receivers of webhooks run on this machine. */
const localWebhooks = { RESEAL_WEBHOOK_HOSTS: '127.0.0.1:*,localhost:*' };

/** What tests wait for comes sooner. */
const testPace = { RESEAL_ARCHIVE_AFTER_MS: '2000', RESEAL_CHECKPOINT_INTERVAL_MS: '2000' };

const pick = (env, wanted) => Object.fromEntries(Object.entries(env).filter(([key]) => wanted(key)));

/** Where the signer's keys are: its alone. */
const caDirectory = ({ state }) => path.join(state, 'ca');
/** The root is kept apart: no process has it, only `npm run ca`. */
const caRootDirectory = ({ state }) => path.join(state, 'ca-root');
/** Checkpoints of the audit log, kept apart from the database. */
const checkpointFile = ({ state }) => path.join(state, 'checkpoints', 'checkpoints.jsonl');
/** What the signers signed, kept apart from the database. */
const signerJournal = ({ state }) => path.join(state, 'signer-journal');
/** What the OCSP responder holds. */
export const ocspDirectory = ({ state }) => path.join(state, 'ocsp');

/** The public addresses of a stack: what a client of it needs, and no secret. */
export function clientEnvironment(context) {
  const { ports, host, namespace } = context.settings;
  return {
    RESEAL_GATEWAY_URL: `http://${host}:${ports.gateway}`,
    RESEAL_OPS_URL: `http://${host}:${ports.ops}`,
    RESEAL_STATUS_URL: `http://${host}:${ports.status}`,
    RESEAL_SANDBOX_URL: `http://${host}:${ports.sandbox}`,
    RESEAL_SMTP_URL: `smtp://${host}:${ports.smtp}`,
    RESEAL_TEMPORAL_ADDRESS: temporalAddress(context),
    RESEAL_TEMPORAL_NAMESPACE: namespace,
    RESEAL_KAFKA_BROKERS: kafkaBrokers(context),
  };
}

/**
 * The whole environment of each app: what it holds and nothing more, so that no app can use another's key or role.
 * @returns {Record<string, Record<string, string>>} by app; `owner` is for migrations, `setup` for `npm run setup`, `ca` for `npm run ca`
 */
export function appEnvironments(context) {
  const { settings, secrets } = context;
  const { ports, host } = settings;
  const { files } = secrets;
  const client = clientEnvironment(context);
  const sandbox = client.RESEAL_SANDBOX_URL;
  const issuingKeys = {
    RESEAL_CA_DIRECTORY: caDirectory(settings),
    RESEAL_CA_PASSPHRASE_FILE: files.caPassphrase,
  };
  const common = {
    ...pick(process.env, (key) => systemVariables.includes(key)),
    ...localLimits,
    ...localWebhooks,
    ...(settings.environment === 'test' ? testPace : {}),
    ...pick(process.env, (key) => key.startsWith('RESEAL_') && !notSharedVariables.test(key)),
    RESEAL_ENV: settings.environment,
    RESEAL_HOST: host,
    RESEAL_STATE: settings.state,
    // Compiled code is kept, so that the next start need not compile it again.
    NODE_COMPILE_CACHE: path.join(settings.cache, 'node'),
  };
  const temporal = {
    RESEAL_TEMPORAL_ADDRESS: client.RESEAL_TEMPORAL_ADDRESS,
    RESEAL_TEMPORAL_NAMESPACE: client.RESEAL_TEMPORAL_NAMESPACE,
    RESEAL_CODEC_KEYS_FILE: files.codecKeys,
  };
  const own = {
    owner: { RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_owner', 'reseal') },
    setup: {
      RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_owner', 'reseal'),
      ...temporal,
      RESEAL_KAFKA_BROKERS: client.RESEAL_KAFKA_BROKERS,
      RESEAL_SIGNER_JOURNAL: signerJournal(settings),
      RESEAL_CHECKPOINT_FILE: checkpointFile(settings),
    },
    gateway: {
      RESEAL_GATEWAY_PORT: ports.gateway,
      RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_gateway', 'reseal'),
      ...temporal,
      RESEAL_TOKEN_KEY_FILE: files.tokenKey,
      RESEAL_ID_KEY_FILE: files.idKey,
      RESEAL_VAULT_PUBLIC_KEYS_FILE: files.vaultPublicKeys,
      RESEAL_RECEIPT_PUBLIC_KEYS_FILE: files.receiptPublicKeys,
    },
    worker: {
      RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_worker', 'reseal'),
      ...temporal,
      RESEAL_KAFKA_BROKERS: client.RESEAL_KAFKA_BROKERS,
      RESEAL_VAULT_KEYS_FILE: files.vaultKeys,
      RESEAL_REGISTRY_KEYS_FILE: files.registryKeys,
      RESEAL_PSEUDONYM_KEY_FILE: files.pseudonymKey,
      RESEAL_WEBHOOK_KEY_FILE: files.webhookKey,
      RESEAL_RECEIPT_KEYS_FILE: files.receiptKeys,
      RESEAL_AUDIT_KEYS_FILE: files.auditKeys,
      RESEAL_CHECKPOINT_FILE: checkpointFile(settings),
      RESEAL_SANDBOX_URL: sandbox,
      RESEAL_TELECOM_URL: `${sandbox}/v1/telecom,${sandbox}/v1/telecom-2`,
      RESEAL_ONE_WON_URL: `${sandbox}/v1/one-won`,
      RESEAL_DOCUMENT_URL: `${sandbox}/v1/document`,
      RESEAL_SMS_URL: `${sandbox}/v1/sms`,
      RESEAL_SMTP_URL: client.RESEAL_SMTP_URL,
      RESEAL_OIDC_ISSUER: `${sandbox}/oidc`,
      RESEAL_MAIL_FROM: 'Reseal <no-reply@reseal.example>',
    },
    signer: {
      RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_signer', 'reseal'),
      ...temporal,
      ...issuingKeys,
      RESEAL_STATUS_URL: client.RESEAL_STATUS_URL,
      RESEAL_SIGNER_JOURNAL: signerJournal(settings),
    },
    ca: {
      RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_signer', 'reseal'),
      ...issuingKeys,
      RESEAL_STATUS_URL: client.RESEAL_STATUS_URL,
      RESEAL_SIGNER_JOURNAL: signerJournal(settings),
      RESEAL_CA_ROOT_DIRECTORY: caRootDirectory(settings),
      RESEAL_CA_ROOT_PASSPHRASE_FILE: files.caRootPassphrase,
      RESEAL_OCSP_DIRECTORY: ocspDirectory(settings),
      RESEAL_OCSP_PASSPHRASE_FILE: files.ocspPassphrase,
    },
    ops: {
      RESEAL_OPS_PORT: ports.ops,
      RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_ops', 'reseal'),
      ...temporal,
      RESEAL_AUDIT_PUBLIC_KEYS_FILE: files.auditPublicKeys,
      RESEAL_WEBHOOK_KEY_FILE: files.webhookKey,
      RESEAL_RECEIPT_PUBLIC_KEYS_FILE: files.receiptPublicKeys,
      RESEAL_OIDC_ISSUER: `${sandbox}/oidc`,
      ...(settings.external.temporal ? {} : { RESEAL_TEMPORAL_UI_URL: `http://${host}:${ports.temporalUi}` }),
    },
    status: {
      RESEAL_STATUS_PORT: ports.status,
      RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_status', 'reseal'),
      RESEAL_OCSP_DIRECTORY: ocspDirectory(settings),
      RESEAL_OCSP_PASSPHRASE_FILE: files.ocspPassphrase,
    },
    sandbox: {
      RESEAL_SANDBOX_PORT: ports.sandbox,
      RESEAL_SANDBOX_SMTP_PORT: ports.smtp,
      RESEAL_OPS_URL: client.RESEAL_OPS_URL,
      RESEAL_DATABASE_URL: databaseUrl(context, 'reseal_sandbox', 'reseal_sandbox'),
      RESEAL_REGISTRY_DATABASE_URL: databaseUrl(context, 'reseal_sandbox', 'reseal'),
      RESEAL_REGISTRY_KEYS_FILE: files.registryKeys,
      ...temporal,
    },
  };
  return Object.fromEntries(
    Object.entries(own).map(([app, values]) => [
      app,
      {
        ...common,
        ...stringValues({ ...metricsPort(app, settings), ...values }),
        ...pick(process.env, (key) => variablesOfOneApp[app]?.includes(key)),
      },
    ]),
  );
}

/** Where a process is asked whether it is ready; commands are not. */
const metricsPort = (app, { ports }) =>
  ports[`${app}Metrics`] ? { RESEAL_METRICS_PORT: ports[`${app}Metrics`] } : {};

const stringValues = (values) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));

/** Writes each app's RESEAL_ keys to a file, to run one by hand: `node --env-file=.reseal/env/worker.env …`. */
export function writeEnvironmentFiles(context, environments) {
  const admin = { RESEAL_DATABASE_URL: adminUrl(context) };
  for (const [app, environment] of Object.entries({ ...environments, admin })) {
    const lines = Object.entries(pick(environment, (key) => key.startsWith('RESEAL_')));
    const content = lines.map(([key, value]) => `${key}='${value}'\n`).join('');
    writeFileAtomically(path.join(context.settings.state, 'env', `${app}.env`), content, { mode: 0o600 });
  }
}
