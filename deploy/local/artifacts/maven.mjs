import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readJson } from '../lib/files.mjs';
import { Refusal } from '../lib/refusal.mjs';

const parallelDownloads = 6;

/**
 * Jars pinned in a lock file: `{"main": "<class>", "jars": [{"path": "<repository path>", "sha256": "<hex>"}]}`.
 * They are fetched from a Maven repository without Maven, and refused unless the digest agrees.
 * @param {string} lockFile
 * @returns {{main: string, jars: {path: string, sha256: string}[]}}
 */
const readLock = (lockFile) => readJson(lockFile);
const locate = ({ cache }, jar) => path.join(cache, 'maven', jar.path);

/** @returns {string} the Java class path of a lock file's jars */
export const classPath = (settings, lockFile) =>
  readLock(lockFile)
    .jars.map((jar) => locate(settings, jar))
    .join(path.delimiter);

/** Fetches what the cache lacks. @throws {Refusal} naming the address that failed */
export async function provideJars(settings, report, { lockFile, title }) {
  const missing = readLock(lockFile).jars.filter((jar) => !fs.existsSync(locate(settings, jar)));
  if (missing.length === 0) return;
  const queue = [...missing];
  const fetchAll = async () => {
    for (let jar = queue.shift(); jar; jar = queue.shift()) await download(settings, jar);
  };
  await report.step(
    `${title} downloaded`,
    () => Promise.all(Array.from({ length: parallelDownloads }, fetchAll)),
    `Downloading ${title}: ${missing.length} jars`,
  );
}

async function download(settings, jar, attemptsLeft = 3) {
  const url = `${settings.mavenRepository}/${jar.path}`;
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`answered ${response.status}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const digest = crypto.createHash('sha256').update(bytes).digest('hex');
    if (digest !== jar.sha256) throw new Error(`has SHA-256 ${digest}, not the pinned ${jar.sha256}`);
    const file = locate(settings, jar);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.${process.pid}.tmp`, bytes);
    fs.renameSync(`${file}.${process.pid}.tmp`, file);
  } catch (error) {
    if (attemptsLeft > 1) return download(settings, jar, attemptsLeft - 1);
    throw new Refusal(
      `${url} ${error.cause?.message ?? error.message}. RESEAL_MAVEN_REPOSITORY names another mirror.`,
    );
  }
}
