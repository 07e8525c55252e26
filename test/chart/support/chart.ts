import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { projectRoot } from '#libs/config';
import { parseAllDocuments, stringify } from 'yaml';

export const chart = join(projectRoot(), 'deploy/helm/reseal');
/** Of the API server with which the chart is tried. */
const kubernetesVersion = '1.34.4';

export interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext?: unknown;
  readonly [more: string]: unknown;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly [more: string]: unknown;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- objects of many kinds
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
}

/** The files of values that the chart is tried with, by name. */
export const valuesFiles = globSync(join(chart, 'ci/*.yaml'))
  .sort()
  .map((file) => ({ name: basename(file, '.yaml'), file }));

/** Runs helm. @throws Error with what it printed if it fails */
export function helm(...args: string[]): string {
  const program = process.env['RESEAL_HELM'];
  if (!program) throw new Error('RESEAL_HELM is not set: run npm test -- --only chart');
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`helm ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

const templateArguments = [
  'template',
  'reseal',
  chart,
  '--namespace',
  'reseal',
  '--kube-version',
  kubernetesVersion,
];

/** The objects of a release with these values, those of hooks included. */
export function render(valuesFile: string, ...args: string[]): KubernetesObject[] {
  const output = helm(...templateArguments, '--values', valuesFile, ...args);
  return parseAllDocuments(output)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/** Renders one of the files with some values changed. @throws Error with helm's message */
export function renderWith(name: string, values: object): KubernetesObject[] {
  const folder = mkdtempSync(join(tmpdir(), 'reseal-values-'));
  try {
    const file = join(folder, 'values.yaml');
    writeFileSync(file, stringify(values));
    return render(join(chart, `ci/${name}.yaml`), '--values', file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Workload {
  readonly name: string;
  readonly app: string;
  readonly object: KubernetesObject;
  readonly pod: PodSpec;
}

/** Everything that runs pods: deployments, the setup Job, the test. */
export const workloadsOf = (objects: readonly KubernetesObject[]): Workload[] =>
  objects.flatMap((object) => {
    const pod = (object.kind === 'Pod' ? object.spec : object.spec?.template?.spec) as PodSpec | undefined;
    if (pod?.containers === undefined) return [];
    const app = object.metadata.labels['app.kubernetes.io/component']!;
    return [{ name: `${object.kind} ${object.metadata.name}`, app, object, pod }];
  });

export const containersOf = ({ initContainers = [], containers }: PodSpec): Container[] => [
  ...initContainers,
  ...containers,
];

export const settingsIn = ({ env = [] }: Container): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value }) => [name, value]));
