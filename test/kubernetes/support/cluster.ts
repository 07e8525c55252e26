import { execFile, type ExecFileOptionsWithStringEncoding } from 'node:child_process';
import { promisify } from 'node:util';

const namespace = 'reseal';
const chart = 'deploy/helm/reseal';
const values = 'deploy/kubernetes-ci/values.yaml';
/** For a machine on which all pods start at once on two cores. */
const timeout = '10m';

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly containerID: string;
    }[];
  };
}

/** Runs a program, with this standard input. @returns its output @throws Error with all that it printed if it fails */
async function run(program: string, args: readonly string[], input?: string): Promise<string> {
  const options: ExecFileOptionsWithStringEncoding = { encoding: 'utf8', maxBuffer: 2 ** 26 };
  const running = promisify(execFile)(program, args, options);
  running.child.stdin?.end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

export const kubectl = (...args: string[]) => run('kubectl', ['--namespace', namespace, ...args]);

/** `kubectl apply` of objects. */
export const apply = (objects: object) =>
  run('kubectl', ['--namespace', namespace, 'apply', '--filename', '-'], JSON.stringify(objects));

const helm = (...args: string[]) => run('helm', [...args, '--namespace', namespace]);

/** `helm install` or `upgrade` with these values beside those of the node, until all pods are ready. */
export const upgrade = (set: Readonly<Record<string, string>> = {}, patience = timeout) =>
  helm(
    ...['upgrade', '--install', 'reseal', chart, '--values', values, '--wait', '--timeout', patience],
    ...Object.entries(set).flatMap(([name, value]) => ['--set-string', `${name}=${value}`]),
  );

/** `helm rollback` to the former release, until all pods are ready. */
export const rollback = () => helm('rollback', 'reseal', '--wait', '--timeout', timeout);

/** `helm test`. @returns what the test's pod printed */
export async function helmTest(): Promise<string> {
  return helm('test', 'reseal', '--logs', '--timeout', timeout);
}

/** The pods of an app, or of all apps, that are not about to end. Pods of hooks are not among them. */
export async function podsOf(...apps: readonly string[]): Promise<Pod[]> {
  const { items } = JSON.parse(await kubectl('get', 'pods', '--output', 'json')) as { items: Pod[] };
  const appOf = ({ metadata }: Pod) => metadata.labels['app.kubernetes.io/component'] ?? '';
  return items.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      !['setup', 'test'].includes(appOf(pod)) &&
      (apps.length === 0 || apps.includes(appOf(pod))),
  );
}

export const restartsOf = ({ status }: Pod): number => status.containerStatuses?.[0]?.restartCount ?? 0;

/** Waits until no pod is missing and all are ready. */
export async function untilAllReady(): Promise<void> {
  for (const deployment of (await kubectl('get', 'deployments', '--output', 'name')).trim().split('\n'))
    await kubectl('rollout', 'status', deployment, '--timeout', timeout);
}

/** Kills the process of a pod's container, as an error of the program does. */
export async function killProcess({ status }: Pod): Promise<void> {
  const [container] = status.containerStatuses!;
  await run('ctr', [
    'tasks',
    'kill',
    '--signal',
    'SIGKILL',
    container!.containerID.replace('containerd://', ''),
  ]);
}

/** Runs JavaScript in each pod of an app. @returns what they printed */
export async function evaluateIn(app: string, script: string): Promise<string[]> {
  const pods = await podsOf(app);
  return Promise.all(
    pods.map(({ metadata }) => kubectl('exec', metadata.name, '--', '/nodejs/bin/node', '--eval', script)),
  );
}
