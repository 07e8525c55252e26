import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { bundleWorkflowCode, type BundleOptions, type WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from '#libs/observability';
import { failureConverterPath } from './data-converter.js';
import { temporalLoggerOf } from './runtime.js';

const fromSources = extname(import.meta.filename) === '.ts';
/** The folder of the code: the repository, or dist if this file was loaded from there. */
const codeRoot = join(import.meta.dirname, '../../..');

/** The module that exports all workflows. @public for scripts that replay a history */
export const workflowsPath = join(codeRoot, `workflows/index${extname(import.meta.filename)}`);

/**
 * Makes webpack resolve our package imports by their `source` condition if this code runs from the sources. Otherwise
 * webpack would silently bundle an older build in dist.
 */
const webpackConfigHook: NonNullable<BundleOptions['webpackConfigHook']> = (config) =>
  fromSources ? { ...config, resolve: { ...config.resolve, conditionNames: ['source', '...'] } } : config;

/** Bundles workflow code for the sandbox, with our failure converter. Takes a few seconds. */
export async function bundleWorkflows(logger: Logger, path = workflowsPath): Promise<{ code: string }> {
  return bundleWorkflowCode({
    workflowsPath: path,
    failureConverterPath,
    webpackConfigHook,
    logger: temporalLoggerOf(logger.child({}, { level: 'warn' })),
  });
}

/**
 * Makes the bundle that a worker runs. From dist it is kept in a file and made again only if some code is newer, so
 * that a restart is quick; images contain it. From the sources it is made each time.
 */
export async function workflowBundle(logger: Logger): Promise<WorkflowBundleOption> {
  if (fromSources) return bundleWorkflows(logger);
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as {
    version: string;
  };
  const folder = join(codeRoot, 'workflow-bundle');
  // A bundle contains SDK code, and runs only with the same SDK version.
  const codePath = join(folder, `${version}.cjs`);
  if (
    !existsSync(codePath) ||
    statSync(codePath).mtimeMs < newest(['workflows', 'libs'].map((name) => join(codeRoot, name)))
  ) {
    const { code } = await bundleWorkflows(logger);
    mkdirSync(folder, { recursive: true });
    // Renamed into place, because another process may start at the same time.
    const draft = `${codePath}.${process.pid}`;
    writeFileSync(draft, code);
    renameSync(draft, codePath);
  }
  return { codePath };
}

/** When the newest JavaScript file in these folders was written, in milliseconds since 1970. */
function newest(folders: string[]): number {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return Math.max(0, ...files.filter((file) => file.endsWith('.js')).map((file) => statSync(file).mtimeMs));
}
