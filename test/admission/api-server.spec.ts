import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { ApiServer } from './api-server.js';
import { render, valuesFiles, workloadsOf, type KubernetesObject } from '../chart/support/chart.js';

const server = new ApiServer();
const namespace = 'reseal';

/** The definitions of operators' custom resources. */
function customResources(): KubernetesObject[] {
  const folder = process.env['RESEAL_CUSTOM_RESOURCES'];
  if (!folder) throw new Error('RESEAL_CUSTOM_RESOURCES is not set: run npm test -- --only admission');
  return readdirSync(folder).map(
    (name) => parse(readFileSync(join(folder, name), 'utf8')) as KubernetesObject,
  );
}

/** The examples of engines whose operators' definitions are there. */
const engines = parseAllDocuments(readFileSync('deploy/helm/engines/postgresql.yaml', 'utf8'))
  .map((document) => document.toJS() as KubernetesObject)
  .map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));

/** What the server has against the objects: its reason if it refuses one, its warnings otherwise. */
async function faultsOf(objects: readonly KubernetesObject[]): Promise<string[]> {
  const faults: string[] = [];
  for (const object of objects) {
    const { status, body, warnings } = await server.apply(object, { namespace, dryRun: true });
    const reasons = [...(status > 201 ? [`${status} ${body.message}`] : []), ...warnings];
    faults.push(...reasons.map((reason) => `${object.kind} ${object.metadata.name}: ${reason}`));
  }
  return faults;
}

beforeAll(async () => {
  await server.start();
  const labels = Object.fromEntries(
    ['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
  );
  const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
  expect((await server.apply(made, { dryRun: false })).status).toBe(201);
  for (const definition of customResources()) {
    const { status, body } = await server.apply(definition, { dryRun: false });
    if (status > 201) throw new Error(`${definition.metadata.name}: ${body.message}`);
  }
  await server.untilKnown(customResources());
}, 300_000);
afterAll(() => server.stop());

describe.each(valuesFiles)('with the values $name', ({ file }) => {
  const objects = render(file);

  it('the API server accepts every object', async () => {
    expect(objects.length).toBeGreaterThan(25);
    expect(await faultsOf(objects)).toEqual([]);
  });

  it('a namespace of restricted pods admits every pod', async () => {
    // For a Deployment or a Job the standard only warns: it is enforced when their pods are made.
    const pods = workloadsOf(objects).map(({ object, pod }) => ({
      ...{ apiVersion: 'v1', kind: 'Pod' },
      ...{ metadata: object.metadata, spec: { ...pod, restartPolicy: 'Never' } },
    }));
    expect(pods.length).toBeGreaterThan(5);
    expect(await faultsOf(pods)).toEqual([]);
  });
});

it('A cluster with the operator of PostgreSQL accepts the example', async () => {
  expect(engines.length).toBe(3);
  expect(await faultsOf(engines)).toEqual([]);
});

describe('the API server', () => {
  const [deployment] = workloadsOf(render(valuesFiles[0]!.file));

  it('refuses a pod that runs as root, so that the tests above can fail', async () => {
    const securityContext = {
      ...(deployment!.pod['securityContext'] as object),
      runAsNonRoot: false,
      runAsUser: 0,
    };
    const spec = { ...deployment!.pod, securityContext };
    const { status, body } = await server.apply(
      { ...deployment!.object, apiVersion: 'v1', kind: 'Pod', spec },
      { namespace, dryRun: true },
    );
    expect([status, body.message]).toEqual([
      403,
      expect.stringContaining('violates PodSecurity "restricted'),
    ]);
  });

  it('refuses a field that does not exist', async () => {
    const spec = { ...(deployment!.object.spec as object), replica: 2 };
    const { status, body } = await server.apply({ ...deployment!.object, spec }, { namespace, dryRun: true });
    expect([status >= 400, body.message]).toEqual([true, expect.stringContaining('replica')]);
  });
});
