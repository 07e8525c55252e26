import fs from 'node:fs';
import path from 'node:path';
import { buildAll } from './build.mjs';
import { Child } from '../lib/child.mjs';
import { endCommands, runToLog } from '../lib/commands.mjs';
import { hostsOf, mainHostsOf, nameOn, partOf } from '../lib/hosts.mjs';
import { publishAddresses } from '../lib/instance.mjs';
import { rotateLogs } from '../lib/logs.mjs';
import { provideSecrets } from '../lib/secrets.mjs';
import { provideTls, tlsFilesIn } from '../lib/tls.mjs';
import { answersOk, until } from '../lib/wait.mjs';
import { appEnvironments, clientEnvironment, writeEnvironmentFiles } from './app-environment.mjs';
import { postgresAnswers } from './databases.mjs';
import { kafkaAnswers, prepareKafka } from './kafka.mjs';
import { pageOf, prepareLoadBalancer } from './load-balancer.mjs';
import { preparePostgres } from './postgres.mjs';
import { Replication } from './replication.mjs';
import { temporalAnswers } from './temporal-readiness.mjs';
import { prepareTemporal, prepareTemporalUi, provideTemporalSchemas } from './temporal.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Host, ProcessSpec, Settings, StackContext } from '../types.js' */

/** The apps of each host. */
const appNames = ['signer', 'status', 'worker', 'gateway', 'ops'];
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
  'load-balancer',
];

/**
 * @param {Host} host
 * @param {string} title
 */
const titleOn = ({ name }, title) => (name ? `${title} on host ${name}` : title);

/** All processes of one state folder, on one host or several. Prepares, starts, monitors and stops them. */
export class Stack {
  /** @type {StackContext} */
  #context;
  /** @type {Map<string, Child>} */
  #children = new Map();
  #environments;
  #replication;
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
    this.#replication = new Replication(this.#context);
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
    const sandbox = this.#startApp('sandbox', this.#front);
    // Host after host, because each start needs the processor for itself.
    for (const host of mainHostsOf(this.settings))
      await Promise.all([sandbox, ...appNames.map((app) => this.#startApp(app, host))]);
  }

  /** Stops all processes in order. In a hurry, kills them at once. */
  async stop({ hurry = false } = {}) {
    this.#stopping = true;
    endCommands();
    if (hurry) {
      await Promise.all([...this.#children.values()].map((child) => child.stop({ hurry })));
      return;
    }
    for (const part of stopOrder) {
      const processes = [...this.#children.values()].filter(({ name }) => partOf(name) === part);
      await Promise.all(processes.map((child) => child.stop()));
    }
  }

  /** Makes the standby the primary, after the primary was lost. */
  failOver() {
    return this.#replication.failOver();
  }

  async #startLoadBalancer() {
    const { settings, report } = this.#context;
    const spec = prepareLoadBalancer(this.#context, () => this.#replication.primary);
    await report.step('Load balancer ready', () =>
      this.#startChild(this.#front, 'load-balancer', 'The load balancer', spec, () =>
        answersOk(pageOf(settings)),
      ),
    );
  }

  async #startPostgres() {
    const { settings, report } = this.#context;
    const { primary, standby } = this.#replication;
    if (settings.cluster) await this.#startLoadBalancer();
    await report.step(
      settings.external.postgres ? 'PostgreSQL (external) ready' : 'PostgreSQL 18 ready',
      async () => {
        if (!settings.external.postgres) await this.#startDatabaseServer(primary);
        await this.#replication.commitAlone();
        await until(() => postgresAnswers(this.#context), { what: 'PostgreSQL' });
        await this.#setUp('database', '--temporal', '--sandbox');
      },
    );
    if (standby) await report.step('Standby of PostgreSQL ready', () => this.#startDatabaseServer(standby));
  }

  /**
   * Starts the primary or the standby.
   * @param {Host} host
   */
  async #startDatabaseServer(host) {
    const replication = this.#replication;
    const spec = preparePostgres(this.#context, host, replication.dataOf(host));
    await this.#startChild(host, 'postgres', 'PostgreSQL', spec, () =>
      host.name === replication.primary.name
        ? postgresAnswers(this.#context, host.address)
        : replication.joined(host),
    );
  }

  async #startTemporal() {
    const { settings, report } = this.#context;
    const { external, host, ports } = settings;
    await report.step(external.temporal ? 'Temporal (external) ready' : 'Temporal ready', async () => {
      if (!external.temporal) {
        await provideTemporalSchemas(this.#context);
        // One after the other, because two servers cannot begin with an empty database at the same time.
        for (const each of mainHostsOf(settings))
          await this.#startChild(each, 'temporal', 'Temporal', prepareTemporal(this.#context, each), () =>
            temporalAnswers(this.#context, each.address),
          );
        await until(() => temporalAnswers(this.#context), { what: 'Temporal' });
      }
      await this.#setUp('temporal');
    });
    if (external.temporal) return;
    await report.step('Temporal UI ready', () =>
      this.#startChild(this.#front, 'temporal-ui', 'The Temporal UI', prepareTemporalUi(this.#context), () =>
        answersOk(`http://${host}:${ports.temporalUi}/`),
      ),
    );
  }

  async #startKafka() {
    const { settings, report } = this.#context;
    await report.step(settings.external.kafka ? 'Kafka (external) ready' : 'Kafka ready', async () => {
      if (!settings.external.kafka)
        await Promise.all(
          hostsOf(settings).map(async (host) =>
            this.#startChild(host, 'kafka', 'Kafka', await prepareKafka(this.#context, host), () =>
              kafkaAnswers(this.#context, host),
            ),
          ),
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

  /** The host of what a cluster has once. */
  get #front() {
    const { host, state } = this.settings;
    return { name: '', address: host, folder: state };
  }

  /**
   * @param {string} app
   * @param {Host} host
   */
  async #startApp(app, host) {
    const { address } = host;
    const title = titles[app] ?? `The ${app}`;
    const port = this.settings.ports[/** @type {keyof Settings['ports']} */ (`${app}Metrics`)];
    const spec = {
      command: process.execPath,
      args: [...nodeFlags(app), `dist/apps/${app}/src/main.js`],
      env: { ...this.#environments[app], RESEAL_HOST: address, RESEAL_METRICS_HOST: address },
      graceMs: 20_000,
    };
    await this.#context.report.step(`${titleOn(host, title)} ready`, () =>
      this.#startChild(host, app, title, spec, () => answersOk(`http://${address}:${port}/health/ready`)),
    );
  }

  /**
   * Starts the process of a part on a host.
   * @param {Host} host
   * @param {string} part
   * @param {string} title
   * @param {ProcessSpec} spec
   * @param {() => Promise<unknown>} isReady
   */
  async #startChild(host, part, title, spec, isReady) {
    if (this.#stopping) throw new Error('The stack is stopping.');
    const name = nameOn(part, host);
    const child = new Child({ name, title: titleOn(host, title), isReady, ...spec }, this.#context);
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
