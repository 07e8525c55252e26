import { parseArgs, type ParseArgsConfig } from 'node:util';
import { unknownName } from './unknown-name.js';

/**
 * node:util's `parseArgs`, which names the nearest option in place of an unknown one.
 *
 * @throws an error for which {@link isOptionError} is true
 */
export function parseOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!isOptionError(error)) throw error;
    const [, typed] = /^Unknown option '(--?[^']+)'/.exec(error.message) ?? [];
    if (typed === undefined) throw error;
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    throw Object.assign(new Error(unknownName('option', typed, known)), { code: error.code });
  }
}

/** Whether `parseArgs` threw an error, because the arguments are not those of the command. */
export const isOptionError = (error: unknown): error is NodeJS.ErrnoException =>
  String((error as NodeJS.ErrnoException | undefined)?.code).startsWith('ERR_PARSE_ARGS_');
