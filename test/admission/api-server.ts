import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { freePorts } from '../support/free-ports.js';
import { until } from '../support/until.js';
import type { KubernetesObject } from '../chart/support/chart.js';

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}
interface Answer {
  readonly status: number;
  readonly body: {
    readonly message?: string;
    readonly resources?: readonly Resource[];
    readonly [more: string]: unknown;
  };
  /** Headers `Warning`: the object is accepted, but not all of it is right. */
  readonly warnings: readonly string[];
}
interface Applied {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string };
  readonly spec?: unknown;
}

/** What a CustomResourceDefinition states of its kind. */
interface CustomResource {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string; readonly storage: boolean }[];
}

/** A Kubernetes API server on an etcd of its own: all of admission, and no node. */
export class ApiServer {
  private readonly processes: ChildProcess[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'reseal-api-server-'));
  private readonly token = randomUUID();
  private readonly agent = new Agent({ connect: { rejectUnauthorized: false } });
  private readonly resources = new Map<string, readonly Resource[]>();
  private url = '';

  async start(): Promise<void> {
    const program = process.env['RESEAL_KUBE_APISERVER'];
    if (!program) throw new Error('RESEAL_KUBE_APISERVER is not set: run npm test -- --only admission');
    const [etcdPort, peerPort, port] = await freePorts(3);
    const etcd = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    this.run('etcd', 'etcd', [
      ...[
        '--data-dir',
        join(this.folder, 'etcd'),
        '--listen-client-urls',
        etcd,
        '--advertise-client-urls',
        etcd,
      ],
      ...[
        '--listen-peer-urls',
        peer,
        '--initial-advertise-peer-urls',
        peer,
        '--initial-cluster',
        `default=${peer}`,
      ],
    ]);
    const key = join(this.folder, 'service-accounts.key');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(key, privateKey.export({ format: 'pem', type: 'sec1' }), { mode: 0o600 });
    writeFileSync(join(this.folder, 'tokens.csv'), `${this.token},tester,tester,system:masters\n`, {
      mode: 0o600,
    });
    this.run('kube-apiserver', program, [
      ...['--etcd-servers', etcd, '--secure-port', String(port), '--bind-address', '127.0.0.1'],
      ...[
        '--cert-dir',
        join(this.folder, 'certificates'),
        '--token-auth-file',
        join(this.folder, 'tokens.csv'),
      ],
      ...['--service-account-issuer', 'https://kubernetes', '--service-account-key-file', key],
      ...['--service-account-signing-key-file', key, '--service-cluster-ip-range', '10.96.0.0/16'],
      // No controller makes the account of each namespace, which pods would otherwise wait for.
      ...['--authorization-mode', 'RBAC', '--disable-admission-plugins', 'ServiceAccount'],
    ]);
    this.url = `https://127.0.0.1:${port}`;
    await this.untilReady();
  }

  /** Ends the processes that this object started, and removes their data. */
  async stop(): Promise<void> {
    for (const child of this.processes.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await this.agent.destroy();
    rmSync(this.folder, { recursive: true });
  }

  /** Creates or updates an object. With `dryRun`, the server does everything but store it. */
  async apply(
    object: Applied,
    { namespace, dryRun }: { namespace?: string; dryRun: boolean },
  ): Promise<Answer> {
    const path = await this.pathOf(object, namespace);
    const query = new URLSearchParams({
      ...{ fieldManager: 'reseal', fieldValidation: 'Strict', force: 'true' },
      ...(dryRun ? { dryRun: 'All' } : {}),
    });
    return this.call('PATCH', `${path}?${query.toString()}`, JSON.stringify(object));
  }

  /** Waits until the server serves the custom resources of these definitions. */
  async untilKnown(definitions: readonly KubernetesObject[]): Promise<void> {
    for (const { metadata, spec } of definitions) {
      const { group, names, versions } = spec as CustomResource;
      const { name: version } = versions.find(({ storage }) => storage)!;
      const path = `/apis/${group}/${version}/${names.plural}`;
      await until(`${metadata.name} to be served`, async () => (await this.call('GET', path)).status === 200);
    }
  }

  private async pathOf({ apiVersion, kind, metadata }: Applied, namespace?: string): Promise<string> {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    if (!this.resources.has(group)) {
      const { status, body } = await this.call('GET', group);
      if (status !== 200)
        throw new Error(`The API server does not know ${apiVersion}: ${status} ${body.message}`);
      this.resources.set(group, body.resources ?? []);
    }
    const resource = this.resources
      .get(group)!
      .find((each) => each.kind === kind && !each.name.includes('/'));
    if (!resource) throw new Error(`The API server does not know ${apiVersion} ${kind}`);
    const folder = resource.namespaced && namespace ? `/namespaces/${namespace}` : '';
    return `${group}${folder}/${resource.name}/${metadata.name}`;
  }

  private async call(method: 'GET' | 'PATCH', path: string, body?: string): Promise<Answer> {
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(`${this.url}${path}`, {
      ...{ method, dispatcher: this.agent, body: body ?? null },
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/apply-patch+yaml' }),
      },
    });
    const warnings = [headers['warning'] ?? []].flat();
    return { status: statusCode, body: parsed(await answer.text()), warnings };
  }

  private run(name: string, program: string, args: string[]): void {
    mkdirSync(this.folder, { recursive: true });
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(this.folder, `${name}.log`));
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    child.once('error', (error) => log.write(error.message));
    this.processes.push(child);
  }

  /** Waits until the server is ready. @throws Error with the log of a process that has ended */
  private async untilReady(): Promise<void> {
    for (;;) {
      const ended = this.processes.find(
        ({ exitCode, signalCode }) => exitCode !== null || signalCode !== null,
      );
      if (ended) throw new Error(`${ended.spawnfile} ended with ${ended.exitCode}:\n${this.logs()}`);
      const ready = await this.call('GET', '/readyz').catch(() => undefined);
      if (ready?.status === 200) return;
      await delay(200);
    }
  }

  private logs(): string {
    return ['etcd', 'kube-apiserver']
      .map((name) =>
        readFileSync(join(this.folder, `${name}.log`), 'utf8')
          .split('\n')
          .slice(-20)
          .join('\n'),
      )
      .join('\n');
  }
}

function parsed(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return { message: text };
  }
}
