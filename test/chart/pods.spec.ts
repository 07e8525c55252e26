import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { chart, containersOf, render, settingsIn, valuesFiles, workloadsOf } from './support/chart.js';

/** The time that an app may take to close after it has drained (libs/http). */
const closingSeconds = 15;

const workloads = valuesFiles.flatMap(({ name, file }) =>
  workloadsOf(render(file)).map((workload) => ({ ...workload, title: `${workload.name} of ${name}` })),
);
const deployments = workloads.filter(({ object }) => object.kind === 'Deployment');

it.each(workloads)('$title is confined', ({ pod }) => {
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      fsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  });
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(key);
  for (const container of containersOf(pod))
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
});

it.each(workloads)(
  '$title has bounds of memory, and the processor time that it is scheduled by',
  ({ pod }) => {
    for (const container of containersOf(pod))
      expect(container).toMatchObject({
        resources: {
          requests: { cpu: expect.any(String) as unknown, memory: expect.any(String) as unknown },
          limits: { memory: expect.any(String) as unknown },
        },
      });
  },
);

it.each(deployments)('$title is replaced without a gap', ({ object, pod, app }) => {
  expect(object.spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
  const [container] = pod.containers;
  expect(container).toMatchObject({
    startupProbe: { httpGet: { path: '/health/live', port: 'metrics' } },
    livenessProbe: { httpGet: { path: '/health/live', port: 'metrics' } },
    readinessProbe: { httpGet: { path: '/health/ready', port: 'metrics' } },
  });
  const drainMs = Number(settingsIn(container!).RESEAL_DRAIN_MS ?? 0);
  // Signer and worker serve no calls that would have to drain.
  expect(drainMs > 0).toBe(!['worker', 'signer'].includes(app));
  expect(pod['terminationGracePeriodSeconds']).toBeGreaterThan(drainMs / 1000 + closingSeconds);
});

describe.each(valuesFiles)('with the values $name', ({ file }) => {
  const objects = render(file);
  const own = workloadsOf(objects).filter(({ app }) => app !== 'test');

  it('each app has a ServiceAccount of its own, without rights and without a token', () => {
    const accounts = own.map(({ pod }) => pod['serviceAccountName']);
    expect(new Set(accounts).size).toBe(own.length);
    const made = objects.filter(({ kind }) => kind === 'ServiceAccount');
    expect(made.map(({ metadata }) => metadata.name).sort()).toEqual([...accounts].sort());
    for (const account of made) expect(account).toMatchObject({ automountServiceAccountToken: false });
    expect(objects.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
  });

  it('no Secret is mounted by two apps, and no value of one is in the release', () => {
    const mounted = own.flatMap(({ pod }) =>
      (
        pod['volumes'] as {
          projected?: { sources: { secret: { name: string } }[] };
          secret?: { secretName: string };
        }[]
      ).flatMap(({ projected, secret }) => [
        ...(projected?.sources.map((source) => source.secret.name) ?? []),
        ...(secret ? [secret.secretName] : []),
      ]),
    );
    expect(mounted.length).toBeGreaterThanOrEqual(own.length);
    expect(new Set(mounted).size).toBe(mounted.length);
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('every Service and every budget selects one app', () => {
    const apps = own.filter(({ object }) => object.kind === 'Deployment').map(({ app }) => app);
    const selected = objects
      .filter(({ kind }) => kind === 'Service')
      .map(({ spec }) => spec.selector['app.kubernetes.io/component'] as string);
    expect(selected.sort()).toEqual([...apps].sort());
  });
});

describe('in production', () => {
  const objects = render(join(chart, 'ci/production.yaml'));
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');

  it('the signer has nodes of its own', () => {
    const signer = workloadsOf(objects).find(({ app }) => app === 'signer')!;
    expect(signer.pod).toMatchObject({
      nodeSelector: { 'reseal-signer': 'true' },
      tolerations: [{ key: 'reseal-signer', operator: 'Exists', effect: 'NoSchedule' }],
    });
  });

  it('the signer reaches names, PostgreSQL and Temporal, and nothing else', () => {
    const { spec } = policies.find(({ metadata }) => metadata.name === 'reseal-signer')!;
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const inNamespace = (name: string) => [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } },
    ];
    expect(spec.egress).toEqual([
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
      { ports: [{ port: 5432 }], to: inNamespace('databases') },
      { ports: [{ port: 7233 }], to: inNamespace('temporal') },
    ]);
    expect(spec.ingress.map(({ ports }: { ports: unknown }) => ports)).toEqual([[{ port: 'metrics' }]]);
  });

  it('every app reaches the receiver of traces, if there is one', () => {
    const traced = render(join(chart, 'ci/gateway-api.yaml')).filter(({ kind }) => kind === 'NetworkPolicy');
    expect(traced.length).toBe(6);
    for (const { spec } of traced) expect(spec.egress).toContainEqual({ ports: [{ port: 4318 }] });
  });

  it('every app and the setup Job have a network policy', () => {
    const apps = workloadsOf(objects).map(({ app }) => app);
    const covered = policies.map(
      ({ spec }) => spec.podSelector.matchLabels['app.kubernetes.io/component'] as string,
    );
    expect(covered.sort()).toEqual(apps.filter((app) => app !== 'test').sort());
  });
});
