import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { bundleWorkflowCode, type BundleOptions, type WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from '#libs/observability';
import { failureConverterPath } from './data-converter.js';
import { temporalLoggerOf } from './runtime.js';

const fromSources = extname(import.meta.filename) === '.ts';
/** The repository, or dist within it: whichever this file was loaded from. */
const codeRoot = join(import.meta.dirname, '../../..');

/** The module that exports all workflows. @public for scripts that replay a history */
export const workflowsPath = join(codeRoot, `workflows/index${extname(import.meta.filename)}`);

/**
 * How webpack must resolve our package imports. Run from the sources, it takes their `source` condition;
 * without it webpack would silently bundle what an earlier build left in dist.
 */
const webpackConfigHook: NonNullable<BundleOptions['webpackConfigHook']> = (config) =>
  fromSources ? { ...config, resolve: { ...config.resolve, conditionNames: ['source', '...'] } } : config;

/** Bundles workflow code for the sandbox, with our failure converter; takes one to a few seconds. */
export async function bundleWorkflows(logger: Logger, path = workflowsPath): Promise<{ code: string }> {
  return bundleWorkflowCode({
    workflowsPath: path,
    failureConverterPath,
    webpackConfigHook,
    logger: temporalLoggerOf(logger.child({}, { level: 'warn' })),
  });
}

/**
 * The bundle a worker runs. From dist it is kept in a file beside the code and made again only when some code is
 * newer, so that a restart is quick; an image is built with it inside. From the sources it is always made anew.
 */
export async function workflowBundle(logger: Logger): Promise<WorkflowBundleOption> {
  if (fromSources) return bundleWorkflows(logger);
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as {
    version: string;
  };
  const folder = join(codeRoot, 'workflow-bundle');
  // A bundle holds code of the SDK and runs with that very version only.
  const codePath = join(folder, `${version}.cjs`);
  if (
    !existsSync(codePath) ||
    statSync(codePath).mtimeMs < newest(['workflows', 'libs'].map((name) => join(codeRoot, name)))
  ) {
    const { code } = await bundleWorkflows(logger);
    mkdirSync(folder, { recursive: true });
    // Renamed into place: another process may start at the same time.
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
