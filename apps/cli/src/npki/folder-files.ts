import type { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, type Dirent } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { certificateFileName } from '#libs/npki';
import { readCertificateFile } from './files.js';
import { ToolFailure } from '../terminal.js';

/** Depth limit of the search. Folders of joint certificates are less deep, and a search of a whole disk must end soon. */
const maxDepth = 6;

/** The folder of the only certificate in the directory or below. @throws {ToolFailure} if there is none, or several */
export function findFolder(directory: string): string {
  if (!existsSync(directory)) throw new ToolFailure(`${directory}: there is no such folder`);
  const found = foldersIn(resolve(directory), 0);
  const [only, ...more] = found;
  if (only === undefined)
    throw new ToolFailure(`${directory}: there is no ${certificateFileName} in it or below`);
  if (more.length > 0)
    throw new ToolFailure(
      `${directory}: there are ${found.length} certificates below; name the folder of one`,
    );
  return only;
}

function foldersIn(directory: string, depth: number): string[] {
  const entries = entriesOf(directory);
  if (entries.some(({ name }) => name === certificateFileName)) return [directory];
  if (depth === maxDepth) return [];
  return entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => foldersIn(join(directory, name), depth + 1));
}

/** @throws {ToolFailure} if the directory cannot be read */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === 'ENOTDIR';
    throw new ToolFailure(`${directory}: ${isFile ? 'this is a file, not a folder' : 'it cannot be read'}`);
  }
}

/**
 * Reads the CA certificates, which are two folders up, next to `USER`, or in the folder itself. Other files are ignored:
 * older holders have a pair for encryption (`kmCert.der`, `kmPri.key`), and users may add files.
 */
export async function readAuthorities(folder: string): Promise<X509Certificate[]> {
  const places = [folder, dirname(dirname(folder))].filter((place) => existsSync(place));
  const paths = places.flatMap((place) =>
    entriesOf(place)
      .filter((entry) => entry.isFile() && /\.(der|cer|crt|pem)$/i.test(entry.name))
      .map(({ name }) => join(place, name)),
  );
  const certificates = await Promise.all(paths.map(readIfCertificate));
  return certificates.filter((certificate) => certificate?.ca).map((certificate) => certificate!);
}

async function readIfCertificate(path: string): Promise<X509Certificate | undefined> {
  try {
    return await readCertificateFile(path);
  } catch (error) {
    if (error instanceof ToolFailure) return undefined;
    throw error;
  }
}
