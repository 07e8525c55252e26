import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '#libs/config';

/** A module of the launcher, which is plain JavaScript without types. @param file in `deploy/local` */
export const launcherModule = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(join(projectRoot(), 'deploy/local', file)).href)) as T;
