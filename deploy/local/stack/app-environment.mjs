import path from 'node:path';
import { keysOfApps } from '../../../apps/setup/src/keys/first-keys.ts';
import { writeFileAtomically } from '../lib/files.mjs';
import { kafkaBrokers } from './kafka.mjs';
import {
  kafkaCredentials,
  providerCredentials,
  sandboxCredentials,
  temporalCredentials,
} from './credentials.mjs';
import { adminUrl, databaseEnvironment, databaseUrl, withoutCredentials } from './postgres.mjs';
import { temporalAddress } from './temporal.mjs';

/** @import { Environment, Settings, StackContext, TlsClient } from '../types.js' */

/** Variables that every process inherits from the launcher, besides those of OpenTelemetry. It inherits no other. */
const systemVariables = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'];

/** Variables that locate a PKCS#11 token, for processes that use the CA's keys. */
const tokenVariables = ['RESEAL_PKCS11_PIN_FILE', 'SOFTHSM2_CONF'];
/**
 * Variables of the launcher's environment that go to one app only.
 * @type {Record<string, string[]>}
 */
const variablesOfOneApp = {
  gateway: ['RESEAL_API_KEYS', 'RESEAL_API_KEYS_FILE', 'RESEAL_API_ORIGINS', 'RESEAL_PAGE_API_KEY'],
  worker: [
    'RESEAL_TELECOM_URL',
    'RESEAL_ONE_WON_URL',
    'RESEAL_DOCUMENT_URL',
    'RESEAL_SMS_URL',
    'RESEAL_SMTP_URL',
    'RESEAL_MAIL_FROM',
    'RESEAL_PAGE_URL',
  ],
  signer: tokenVariables,
  ca: tokenVariables,
  setup: tokenVariables,
};
/** Variables with a secret or an address go to the apps that need them, below. All other settings go to every app. */
const notSharedVariables = /(_URL|_FILE|_KEY|_KEYS|_SECRET|_PASSWORD|_DIRECTORY|_PORT|_ADDRESS|_BROKERS)$/;

/**
 * On this machine all clients have one address, so limits per address must not apply. Limits per device and per person
 * apply as in production.
 */
const localLimits = {
  RESEAL_LIMIT_ADDRESS_STARTS: '100000/1',
  RESEAL_LIMIT_ADDRESS_CALLS: '100000/1',
  RESEAL_LIMIT_ADDRESS_TRANSFERS: '100000/1',
};

/** A process that ends answers calls until the load balancer has noticed it, which takes a second. */
const drainInCluster = { RESEAL_DRAIN_MS: '3000' };

/** Webhook receivers run on this machine. */
const localWebhooks = { RESEAL_WEBHOOK_HOSTS: '127.0.0.1:*,localhost:*' };

/** The sandbox sends events on it as the bank does. */
const customerEvents = { RESEAL_CUSTOMER_EVENTS_TOPIC: 'bank.customer' };

/** Shorter intervals, for tests that wait for them. */
const testPace = { RESEAL_ARCHIVE_AFTER_MS: '2000', RESEAL_CHECKPOINT_INTERVAL_MS: '2000' };

/**
 * @param {Environment} env
 * @param {(key: string) => boolean | undefined} wanted
 * @returns {Environment}
 */
const pick = (env, wanted) => Object.fromEntries(Object.entries(env).filter(([key]) => wanted(key)));

/**
 * The folder with the signer's keys. Only the signer has it.
 * @param {Settings} settings
 */
const caDirectory = ({ state }) => path.join(state, 'ca');
/**
 * The folder with the root CA's key. No process has it, only `npm run ca`.
 * @param {Settings} settings
 */
const caRootDirectory = ({ state }) => path.join(state, 'ca-root');
/**
 * Checkpoints of the audit log, stored outside the database.
 * @param {Settings} settings
 */
const checkpointFile = ({ state }) => path.join(state, 'checkpoints', 'checkpoints.jsonl');
/**
 * The signers' journal, stored outside the database.
 * @param {Settings} settings
 */
const signerJournal = ({ state }) => path.join(state, 'signer-journal');
/**
 * The folder with the keys of the OCSP responder.
 * @param {Settings} settings
 */
const ocspDirectory = ({ state }) => path.join(state, 'ocsp');

/**
 * The public addresses of a stack, for its clients. They contain no secret.
 * @param {StackContext} context
 * @returns {Record<string, string>}
 */
export function clientEnvironment(context) {
  const { ports, host, namespace } = context.settings;
  return {
    RESEAL_GATEWAY_URL: `http://${host}:${ports.gateway}`,
    RESEAL_OPS_URL: `http://${host}:${ports.ops}`,
    RESEAL_STATUS_URL: `http://${host}:${ports.status}`,
    RESEAL_SANDBOX_URL: `http://${host}:${ports.sandbox}`,
    RESEAL_EXAMPLE_URL: `http://${host}:${ports.example}`,
    RESEAL_SMTP_URL: `smtp://${host}:${ports.smtp}`,
    RESEAL_TEMPORAL_ADDRESS: temporalAddress(context),
    RESEAL_TEMPORAL_NAMESPACE: namespace,
    RESEAL_KAFKA_BROKERS: kafkaBrokers(context),
    ...stringValues({
      ...temporalCredentials(context, 'launcher'),
      ...kafkaCredentials(context, 'launcher'),
    }),
  };
}

/**
 * The whole environment of each app. An app gets only its own secrets, so that it cannot use the key or role of another.
 * @param {StackContext} context
 * @returns {Record<string, Environment>} by app; `setup`, `customers` and `ca` are for those npm commands
 */
export function appEnvironments(context) {
  const { settings } = context;
  const { ports, host } = settings;
  const client = clientEnvironment(context);
  const sandbox = client.RESEAL_SANDBOX_URL;
  const common = {
    ...pick(process.env, (key) => systemVariables.includes(key) || key.startsWith('OTEL_')),
    ...localLimits,
    ...localWebhooks,
    ...(settings.cluster ? drainInCluster : {}),
    ...(settings.environment === 'test' ? testPace : {}),
    ...pick(process.env, (key) => key.startsWith('RESEAL_') && !notSharedVariables.test(key)),
    RESEAL_ENV: settings.environment,
    RESEAL_HOST: host,
    RESEAL_STATE: settings.state,
    // Node caches compiled code there for the next start.
    NODE_COMPILE_CACHE: path.join(settings.cache, 'node'),
  };
  /** @param {TlsClient} app */
  const temporal = (app) => ({
    RESEAL_TEMPORAL_ADDRESS: client.RESEAL_TEMPORAL_ADDRESS,
    RESEAL_TEMPORAL_NAMESPACE: client.RESEAL_TEMPORAL_NAMESPACE,
    ...temporalCredentials(context, app),
  });
  /** @param {TlsClient} app */
  const kafka = (app) => ({
    RESEAL_KAFKA_BROKERS: client.RESEAL_KAFKA_BROKERS,
    ...kafkaCredentials(context, app),
  });
  const authority = {
    RESEAL_CA_DIRECTORY: caDirectory(settings),
    RESEAL_STATUS_URL: client.RESEAL_STATUS_URL,
    RESEAL_SIGNER_JOURNAL: signerJournal(settings),
    RESEAL_CA_ROOT_DIRECTORY: caRootDirectory(settings),
    RESEAL_OCSP_DIRECTORY: ocspDirectory(settings),
  };
  const providers = context.tls ? `https://${host}:${ports.sandboxTls}` : sandbox;
  /** @type {Record<string, Record<string, string | number | undefined>>} */
  const own = {
    setup: {
      ...authority,
      ...keyFiles(context, 'ca'),
      ...temporal('setup'),
      ...kafka('setup'),
      ...customerEvents,
      RESEAL_ADMIN_DATABASE_URL: adminUrl(context),
      RESEAL_SECRETS_DIRECTORY: context.secrets.folder,
      RESEAL_CHECKPOINT_FILE: checkpointFile(settings),
    },
    gateway: {
      RESEAL_GATEWAY_PORT: ports.gateway,
      ...temporal('gateway'),
      ...exampleOrigins(client),
    },
    worker: {
      ...temporal('worker'),
      ...kafka('worker'),
      ...customerEvents,
      RESEAL_CHECKPOINT_FILE: checkpointFile(settings),
      RESEAL_SANDBOX_URL: sandbox,
      RESEAL_TELECOM_URL: `${providers}/v1/telecom,${providers}/v1/telecom-2`,
      RESEAL_ONE_WON_URL: `${providers}/v1/one-won`,
      RESEAL_DOCUMENT_URL: `${providers}/v1/document`,
      RESEAL_SMS_URL: `${providers}/v1/sms`,
      ...providerCredentials(context),
      RESEAL_SMTP_URL: client.RESEAL_SMTP_URL,
      RESEAL_OIDC_ISSUER: `${sandbox}/oidc`,
      RESEAL_MAIL_FROM: 'Reseal <no-reply@reseal.example>',
      // Tests count the messages of sample people, whose certificates expire soon.
      ...(settings.environment === 'test' ? {} : { RESEAL_PAGE_URL: client.RESEAL_GATEWAY_URL }),
    },
    customers: {},
    signer: {
      ...temporal('signer'),
      RESEAL_CA_DIRECTORY: caDirectory(settings),
      RESEAL_STATUS_URL: client.RESEAL_STATUS_URL,
      RESEAL_SIGNER_JOURNAL: signerJournal(settings),
    },
    ca: authority,
    ops: {
      RESEAL_OPS_PORT: ports.ops,
      RESEAL_OCSP_URL: `${client.RESEAL_STATUS_URL}/ocsp`,
      ...temporal('ops'),
      RESEAL_OIDC_ISSUER: `${sandbox}/oidc`,
      ...(settings.external.temporal ? {} : { RESEAL_TEMPORAL_UI_URL: `http://${host}:${ports.temporalUi}` }),
    },
    status: { RESEAL_STATUS_PORT: ports.status, RESEAL_OCSP_DIRECTORY: ocspDirectory(settings) },
    sandbox: {
      RESEAL_SANDBOX_PORT: ports.sandbox,
      RESEAL_SANDBOX_SMTP_PORT: ports.smtp,
      RESEAL_OPS_URL: client.RESEAL_OPS_URL,
      RESEAL_OIDC_ISSUER: `${sandbox}/oidc`,
      RESEAL_REGISTRY_DATABASE_URL: registryUrl(context),
      ...sandboxCredentials(context),
      ...temporal('sandbox'),
      ...kafka('sandbox'),
      ...customerEvents,
    },
  };
  return Object.fromEntries(
    Object.entries(own).map(([name, values]) => {
      const app = /** @type {keyof typeof keysOfApps} */ (name);
      const secret = {
        ...databaseEnvironment(context, app, keysOfApps[app].role),
        ...keyFiles(context, app),
      };
      return [
        app,
        {
          ...common,
          ...stringValues({ ...metricsPort(app, settings), ...secret, ...values }),
          ...pick(process.env, (key) => variablesOfOneApp[app]?.includes(key)),
        },
      ];
    }),
  );
}

/**
 * Lets the example of a front end (docs/examples/front-end) call the API. Other API keys come with their own origins.
 * @param {Record<string, string>} client
 * @returns {Record<string, string>}
 */
const exampleOrigins = ({ RESEAL_EXAMPLE_URL }) =>
  process.env.RESEAL_API_KEYS || process.env.RESEAL_API_KEYS_FILE
    ? {}
    : { RESEAL_API_ORIGINS: `local=${RESEAL_EXAMPLE_URL}` };

/**
 * The files with the keys of an app.
 * @param {StackContext} context
 * @param {keyof typeof keysOfApps} app
 * @returns {Record<string, string>}
 */
const keyFiles = ({ secrets }, app) =>
  Object.fromEntries(
    Object.entries(keysOfApps[app].keys).map(([setting, file]) => [
      `${setting}_FILE`,
      path.join(secrets.folder, file),
    ]),
  );

/**
 * The bank's registry for the sandbox, which connects with the password and certificates of its own database.
 * @param {StackContext} context
 */
function registryUrl(context) {
  const url = databaseUrl(context, 'reseal_sandbox', 'reseal');
  return context.tls && !context.settings.external.postgres ? withoutCredentials(url) : url;
}

/**
 * The port with readiness and metrics of an app. Commands have none.
 * @param {string} app
 * @param {Settings} settings
 * @returns {Record<string, number>}
 */
const metricsPort = (app, { ports }) => {
  const port = ports[/** @type {keyof Settings['ports']} */ (`${app}Metrics`)];
  return port ? { RESEAL_METRICS_PORT: port } : {};
};

/**
 * @param {Record<string, string | number | undefined>} values
 * @returns {Record<string, string>}
 */
const stringValues = (values) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );

/**
 * Writes the RESEAL_ variables of each app to a file, to run an app by hand: `node --env-file=.reseal/env/worker.env …`.
 * `admin` and `owner` are the database's superuser and the owner of its tables.
 * @param {StackContext} context
 * @param {Record<string, Environment>} environments
 */
export function writeEnvironmentFiles(context, environments) {
  const admin = { RESEAL_DATABASE_URL: adminUrl(context) };
  const owner = pick(environments.setup ?? {}, (key) => key.startsWith('RESEAL_DATABASE_'));
  for (const [app, environment] of Object.entries({ ...environments, admin, owner })) {
    const lines = Object.entries(pick(environment, (key) => key.startsWith('RESEAL_')));
    const content = lines.map(([key, value]) => `${key}='${value}'\n`).join('');
    writeFileAtomically(path.join(context.settings.state, 'env', `${app}.env`), content, { mode: 0o600 });
  }
}
