import { X509Certificate } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON, type History } from '@temporalio/common/lib/proto-utils.js';
import type { PublishedEvent } from '../support/kafka.js';
import type { CompletedReissue } from './reissue-once.js';

/** Writes certificates, key, events and history of a reissue to `directory`, and replaces earlier files there. */
export async function writeOutputFiles(
  directory: string,
  { reissue, person, download, privateKey, vidRandom }: CompletedReissue,
  events: readonly PublishedEvent[],
  history: History,
): Promise<void> {
  const { certificate, chain } = splitDownload(download);
  await mkdir(directory, { recursive: true });
  const write = (name: string, content: string) => writeFile(path.join(directory, name), content);
  await write('old.pem', withNewline(person.oldCertificate ?? ''));
  await write('new.pem', certificate);
  await write('chain.pem', chain);
  await writeSecret(path.join(directory, 'new.key.pem'), privateKey);
  await writeSecret(path.join(directory, 'new.random.hex'), withNewline(vidRandom));
  await write('reissue.json', withNewline(JSON.stringify(reissue, null, 2)));
  await write('events.jsonl', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  await write('history.json', withNewline(historyToJSON(history)));
}

/** Creates a new file, because an existing one would keep its permissions. */
async function writeSecret(file: string, content: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, content, { mode: 0o600 });
}

/** @throws Error if the chain does not end with a root */
function splitDownload(pem: string): { certificate: string; chain: string } {
  const [leaf, ...chain] = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const root = chain.length > 0 ? new X509Certificate(chain.at(-1)!) : undefined;
  if (!leaf || !root?.checkIssued(root))
    throw new Error('the download is not a certificate and its whole chain');
  return { certificate: withNewline(leaf), chain: chain.map(withNewline).join('') };
}

const withNewline = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
