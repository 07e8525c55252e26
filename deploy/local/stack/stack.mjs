import fs from 'node:fs';
import path from 'node:path';
import { buildAll } from './build.mjs';
import { Child } from '../lib/child.mjs';
import { endCommands, runToLog } from '../lib/commands.mjs';
import { publishAddresses } from '../lib/instance.mjs';
import { rotateLogs } from '../lib/logs.mjs';
import { provideSecrets } from '../lib/secrets.mjs';
import { provideTls, tlsFilesIn } from '../lib/tls.mjs';
import { answersOk } from '../lib/wait.mjs';
import { appEnvironments, clientEnvironment, writeEnvironmentFiles } from './app-environment.mjs';
import { postgresAnswers } from './databases.mjs';
import { kafkaAnswers, prepareKafka } from './kafka.mjs';
import { preparePostgres } from './postgres.mjs';
import { temporalAnswers } from './temporal-readiness.mjs';
import { prepareTemporal, prepareTemporalUi } from './temporal.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { ProcessSpec, Settings, StackContext } from '../types.js' */

const appNames = ['sandbox', 'signer', 'status', 'worker', 'gateway', 'ops'];
/**
 * Titles of apps whose names alone do not name an app.
 * @type {Record<string, string>}
 */
const titles = { status: 'The status app', ops: 'The ops app' };
/**
 * Flags of an app's Node.
 * @param {string} app
 */
const nodeFlags = (app) =>
  app === 'worker'
    ? ['--enable-source-maps', '--import', './dist/libs/temporal/src/without-promise-traces.js']
    : ['--enable-source-maps'];
/** kafkajs sets a timeout in the past. */
const setupFlags = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];
/** A process stops after those that depend on it. */
const stopOrder = [
  'gateway',
  'ops',
  'worker',
  'signer',
  'status',
  'sandbox',
  'temporal-ui',
  'temporal',
  'kafka',
  'postgres',
];

/** All processes of one state folder. Prepares, starts, monitors and stops them. */
export class Stack {
  /** @type {StackContext} */
  #context;
  /** @type {Map<string, Child>} */
  #children = new Map();
  #environments;
  #tlsFolder;
  #stopping = false;
  /** @type {Promise<void> | undefined} */
  #built;

  /**
   * @param {Settings} settings
   * @param {ProgressReport} report
   */
  constructor(settings, report) {
    for (const folder of [settings.state, settings.logs]) fs.mkdirSync(folder, { recursive: true });
    rotateLogs(settings.logs);
    this.#tlsFolder = path.join(settings.state, 'tls');
    const tls = settings.tls ? tlsFilesIn(this.#tlsFolder) : undefined;
    this.#context = { settings, report, secrets: provideSecrets(settings.secrets), tls };
    this.#environments = appEnvironments(this.#context);
    writeEnvironmentFiles(this.#context, this.#environments);
  }

  get settings() {
    return this.#context.settings;
  }

  /** The addresses of the stack as environment variables, for its clients. */
  get clientEnvironment() {
    return clientEnvironment(this.#context);
  }

  /** The long-running processes by name. */
  get children() {
    return this.#children;
  }

  /** Starts all processes, or the infrastructure only. Resolves when they are ready. */
  async start() {
    await this.#provideTls();
    const databases = this.#startPostgres();
    const temporal = databases.then(() => this.#startTemporal());
    const apps = this.settings.infrastructureOnly ? undefined : this.#startApps(databases, temporal);
    await Promise.all([databases, temporal, this.#startKafka(), apps]);
    this.#publish();
  }

  /** Starts PostgreSQL only. */
  async startDatabase() {
    await this.#provideTls();
    await this.#startPostgres();
  }

  async #provideTls() {
    const { settings, report } = this.#context;
    if (settings.tls) await report.step('Certificates of the stack ready', () => provideTls(this.#tlsFolder));
  }

  /**
   * Starts the apps. They do not need Kafka to start, because events wait in the database.
   * @param {Promise<void>} databases
   * @param {Promise<void>} temporal
   */
  async #startApps(databases, temporal) {
    await (this.#built ??= buildAll(this.#context));
    // The CA after the migrations, because its creation is the first entry of its audit trail.
    const ca = databases.then(() => this.#provideCa());
    await Promise.all([temporal, ca]);
    await Promise.all(appNames.map((app) => this.#startApp(app)));
  }

  /** Stops all processes in order. In a hurry, kills them at once. */
  async stop({ hurry = false } = {}) {
    this.#stopping = true;
    endCommands();
    if (hurry) {
      await Promise.all([...this.#children.values()].map((child) => child.stop({ hurry })));
      return;
    }
    for (const name of stopOrder) await this.#children.get(name)?.stop();
  }

  async #startPostgres() {
    const { settings, report } = this.#context;
    await report.step(
      settings.external.postgres ? 'PostgreSQL (external) ready' : 'PostgreSQL 18 ready',
      async () => {
        if (!settings.external.postgres)
          await this.#startChild('postgres', 'PostgreSQL', await preparePostgres(this.#context), () =>
            postgresAnswers(this.#context),
          );
        await this.#setUp('database', '--temporal', '--sandbox');
      },
    );
  }

  async #startTemporal() {
    const { settings, report } = this.#context;
    const { external, host, ports } = settings;
    await report.step(external.temporal ? 'Temporal (external) ready' : 'Temporal ready', async () => {
      if (!external.temporal)
        await this.#startChild('temporal', 'Temporal', await prepareTemporal(this.#context), () =>
          temporalAnswers(this.#context),
        );
      await this.#setUp('temporal');
    });
    if (external.temporal) return;
    await report.step('Temporal UI ready', () =>
      this.#startChild('temporal-ui', 'The Temporal UI', prepareTemporalUi(this.#context), () =>
        answersOk(`http://${host}:${ports.temporalUi}/`),
      ),
    );
  }

  async #startKafka() {
    const { settings, report } = this.#context;
    await report.step(settings.external.kafka ? 'Kafka (external) ready' : 'Kafka ready', async () => {
      if (!settings.external.kafka)
        await this.#startChild('kafka', 'Kafka', await prepareKafka(this.#context), () =>
          kafkaAnswers(this.#context),
        );
      await this.#setUp('kafka');
    });
  }

  #provideCa() {
    return this.#context.report.step('Certificate authority ready', () =>
      this.#setUp('ca', '--as', 'launcher'),
    );
  }

  /**
   * Runs a command of the setup app. The first one waits until the app is built.
   * @param {string} command
   * @param {...string} args
   */
  async #setUp(command, ...args) {
    await (this.#built ??= buildAll(this.#context));
    await runToLog(process.execPath, [...setupFlags, 'dist/apps/setup/src/main.js', command, ...args], {
      log: path.join(this.settings.logs, `setup-${command}.log`),
      env: this.#environments.setup,
      cwd: this.settings.root,
    });
  }

  /** @param {string} app */
  async #startApp(app) {
    const { host, ports } = this.settings;
    const title = titles[app] ?? `The ${app}`;
    const port = ports[/** @type {keyof Settings['ports']} */ (`${app}Metrics`)];
    const spec = {
      command: process.execPath,
      args: [...nodeFlags(app), `dist/apps/${app}/src/main.js`],
      env: this.#environments[app] ?? {},
    };
    await this.#context.report.step(`${title} ready`, () =>
      this.#startChild(app, title, spec, () => answersOk(`http://${host}:${port}/health/ready`)),
    );
  }

  /**
   * @param {string} name
   * @param {string} title
   * @param {ProcessSpec} spec
   * @param {() => Promise<unknown>} isReady
   */
  async #startChild(name, title, spec, isReady) {
    if (this.#stopping) throw new Error('The stack is stopping.');
    const child = new Child({ name, title, isReady, ...spec }, this.#context);
    this.#children.set(name, child);
    await child.start();
  }

  #publish() {
    const { host, ports, external, secrets } = this.settings;
    publishAddresses(this.settings, {
      environment: this.clientEnvironment,
      temporalUi: external.temporal ? undefined : `http://${host}:${ports.temporalUi}`,
      postgres: external.postgres ? undefined : { host, port: ports.postgres },
      secrets,
    });
  }
}
