import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readJson } from '../lib/files.mjs';
import { messageOf, Refusal } from '../lib/errors.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Jar, JarSet, Settings } from '../types.js' */

const parallelDownloads = 6;

/**
 * Reads a lock file with the versions and digests of jars. They are downloaded from a Maven repository, without Maven.
 * @param {string} lockFile
 * @returns {{main?: string, jars: Jar[]}} `main` is a Java class; absent for a library
 */
const readLock = (lockFile) => readJson(lockFile);

/**
 * @param {Pick<Settings, 'cache'>} settings
 * @param {Jar} jar
 */
const locate = ({ cache }, jar) => path.join(cache, 'maven', jar.path);

/**
 * The Java class path of a lock file's jars.
 * @param {Pick<Settings, 'cache'>} settings
 * @param {string} lockFile
 */
export const classPath = (settings, lockFile) =>
  readLock(lockFile)
    .jars.map((jar) => locate(settings, jar))
    .join(path.delimiter);

/**
 * Downloads the jars that the cache lacks.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @param {JarSet} set
 * @throws {Refusal} with the address that failed
 */
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

/**
 * @param {Settings} settings
 * @param {Jar} jar
 * @returns {Promise<void>}
 */
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
    throw new Refusal(`${url} ${reasonOf(error)}. RESEAL_MAVEN_REPOSITORY names another mirror.`);
  }
}

/**
 * fetch throws "fetch failed"; the reason is its cause.
 * @param {unknown} error
 */
const reasonOf = (error) => messageOf(error instanceof Error && error.cause ? error.cause : error);
