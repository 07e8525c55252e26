import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Child } from '../local/lib/child.mjs';
import { answersOk } from '../local/lib/wait.mjs';
import {
  apiServerArguments,
  containerdSocket,
  filesIn,
  nodeName,
  writeConfiguration,
} from './configuration.mjs';
import { nodeAddress } from './network.mjs';
import { followServices } from './service-names.mjs';

/** @import { ProgressReport } from '../local/lib/progress-report.mjs' */
/** @import { Settings } from '../local/types.js' */

const run = promisify(execFile);

/** One real node of Kubernetes, with all programs of the control plane beside it. */
export class Node {
  /** @type {Child[]} */
  #children = [];
  #settings;
  #report;
  #programs;
  #folder;
  #files;
  #cgroup;
  #stopFollowing = () => {};

  /**
   * @param {Settings} settings
   * @param {ProgressReport} report
   * @param {{programs: string, cgroup: string}} options the folder of Kubernetes' programs, and the parent of all control groups
   */
  constructor(settings, report, { programs, cgroup }) {
    this.#settings = settings;
    this.#report = report;
    this.#programs = programs;
    this.#cgroup = cgroup;
    this.#folder = path.join(settings.state, 'kubernetes');
    this.#files = filesIn(this.#folder);
  }

  /** Environment variables for clients of the cluster. */
  get environment() {
    return {
      PATH: `${this.#programs}${path.delimiter}${process.env.PATH}`,
      KUBECONFIG: this.#files.kubeconfig('admin'),
      CONTAINERD_ADDRESS: containerdSocket,
      CONTAINERD_NAMESPACE: 'k8s.io',
      // Helm's own folders are in the home of a person.
      HELM_CACHE_HOME: path.join(this.#folder, 'helm'),
      HELM_CONFIG_HOME: path.join(this.#folder, 'helm'),
      HELM_DATA_HOME: path.join(this.#folder, 'helm'),
    };
  }

  /**
   * Starts everything, and resolves when pods can run.
   * @param {string} images an archive to load
   */
  async start(images) {
    // Each run begins with an empty cluster.
    fs.rmSync(this.#folder, { recursive: true, force: true });
    writeConfiguration(this.#folder, this.#cgroup);
    await Promise.all([
      this.#report.step('containerd ready, images loaded', () => this.#startContainerd(images)),
      this.#report.step('Control plane of Kubernetes ready', () => this.#startControlPlane()),
    ]);
    await this.#report.step('Node ready', () => this.#startNode());
  }

  async stop() {
    this.#stopFollowing();
    for (const child of this.#children.reverse()) await child.stop();
  }

  /** @param {string} images */
  async #startContainerd(images) {
    await this.#startChild('containerd', '/usr/bin/containerd', ['--config', this.#files.containerd], () =>
      this.#client('ctr', 'version'),
    );
    await this.#client('ctr', 'images', 'import', images);
  }

  async #startControlPlane() {
    const files = this.#files;
    await this.#startChild(
      'etcd',
      'etcd',
      // What is lost with a crashed machine is made again.
      [
        '--data-dir',
        path.join(this.#folder, 'etcd'),
        '--unsafe-no-fsync',
        '--listen-peer-urls',
        'http://127.0.0.1:2380',
      ],
      () => answersOk('http://127.0.0.1:2379/health'),
    );
    await this.#startChild('kube-apiserver', this.#program('kube-apiserver'), apiServerArguments(files), () =>
      this.#client('kubectl', 'get', '--raw', '/readyz'),
    );
    await Promise.all([
      this.#startChild('kube-controller-manager', this.#program('kube-controller-manager'), [
        ...['--kubeconfig', files.kubeconfig('controller-manager'), '--leader-elect=false'],
        ...[
          '--use-service-account-credentials',
          '--service-account-private-key-file',
          files.serviceAccountKey,
        ],
        ...[
          '--root-ca-file',
          files.certificate,
          '--bind-address',
          '127.0.0.1',
          '--cert-dir',
          '/run/controller-manager',
        ],
      ]),
      this.#startChild('kube-scheduler', this.#program('kube-scheduler'), [
        ...[
          '--kubeconfig',
          files.kubeconfig('scheduler'),
          '--leader-elect=false',
          '--bind-address',
          '127.0.0.1',
        ],
        ...['--cert-dir', '/run/scheduler'],
      ]),
    ]);
  }

  async #startNode() {
    const files = this.#files;
    await Promise.all([
      this.#startNames(),
      this.#startChild('kube-proxy', this.#program('kube-proxy'), ['--config', files.proxy]),
    ]);
    await this.#startChild(
      'kubelet',
      this.#program('kubelet'),
      [
        ...[
          '--config',
          files.kubelet,
          '--kubeconfig',
          files.kubeconfig('kubelet'),
          '--root-dir',
          '/run/kubelet',
        ],
        ...['--node-ip', nodeAddress, '--hostname-override', nodeName],
        // The chart has the signer on nodes of its own.
        ...['--node-labels', 'reseal-signer=true'],
      ],
      () => this.#client('kubectl', 'wait', `node/${nodeName}`, '--for=condition=Ready', '--timeout=10s'),
    );
  }

  /** The cluster's DNS server: names of Services. */
  async #startNames() {
    const { names, certificate, kubeconfig } = this.#files;
    const { users } = JSON.parse(fs.readFileSync(kubeconfig('admin'), 'utf8'));
    const dnsmasq = await this.#startChild('dnsmasq', '/usr/sbin/dnsmasq', [
      ...[
        '--keep-in-foreground',
        '--user=root',
        '--pid-file=',
        '--conf-file=/dev/null',
        '--no-resolv',
        '--no-hosts',
      ],
      ...[
        `--listen-address=${nodeAddress}`,
        '--bind-interfaces',
        '--local=/cluster.local/',
        `--addn-hosts=${names}`,
      ],
    ]);
    this.#stopFollowing = followServices({
      file: names,
      certificate,
      token: users[0].user.token,
      // dnsmasq reads the file again.
      onChange: () => dnsmasq.pid !== undefined && process.kill(dnsmasq.pid, 'SIGHUP'),
    });
  }

  /** @param {string} name */
  #program(name) {
    return path.join(this.#programs, name);
  }

  /**
   * @param {string} name
   * @param {string} command
   * @param {string[]} args
   * @param {() => Promise<unknown>} isReady
   */
  async #startChild(name, command, args, isReady = async () => {}) {
    const env = { PATH: process.env.PATH, HOME: this.#folder, TZ: 'UTC' };
    const context = { settings: this.#settings, report: this.#report };
    const child = new Child({ name, title: name, command, args, env, cwd: this.#folder, isReady }, context);
    this.#children.push(child);
    await child.start();
    return child;
  }

  /**
   * @param {string} command
   * @param {string[]} args
   */
  #client(command, ...args) {
    return run(command, args, { env: { ...process.env, ...this.environment } });
  }
}
