import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourcesLeftOut } from './accepted-findings.js';
import type { Subject } from './subjects.js';

/** A result of a linter for a subject, other than "passed". */
export interface Finding {
  readonly linter: 'zlint' | 'pkilint';
  /** The linter's name of the rule. */
  readonly id: string;
  readonly severity: string;
  readonly subject: string;
  readonly detail: string;
}

/** Writes each subject to a file, and checks it with every linter for its kind. */
export function lint(subjects: readonly Subject[], directory: string): Finding[] {
  const fileOf = (name: string) => join(directory, `${name.replaceAll('/', '_')}.der`);
  for (const { name, der } of subjects) writeFileSync(fileOf(name), der);
  return [...zlint(subjects, fileOf), ...pkilint(subjects, fileOf)];
}

type FileOf = (name: string) => string;
const run = (program: string, args: string[], input = '') =>
  execFileSync(program, args, { input, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 });

/** One line of JSON for each file: rule → result. */
function zlint(subjects: readonly Subject[], fileOf: FileOf): Finding[] {
  // zlint does not accept an error response as an OCSP response.
  const known = subjects.filter(({ name }) => !name.startsWith('ocsp/error'));
  const files = known.map(({ name }) => fileOf(name));
  const lines = run(program('RESEAL_ZLINT'), ['-excludeSources', sourcesLeftOut.join(), ...files])
    .trim()
    .split('\n');
  return known.flatMap(({ name: subject }, index) => {
    const results = JSON.parse(lines[index]!) as Record<string, { result: string; details?: string }>;
    return Object.entries(results)
      .filter(([, { result }]) => !['pass', 'NA', 'NE'].includes(result))
      .map(([id, { result, details = '' }]): Finding => ({
        linter: 'zlint',
        id,
        severity: result,
        subject,
        detail: details,
      }));
  });
}

interface PkilintReport {
  readonly results: readonly {
    readonly node_path: string;
    readonly finding_descriptions: readonly { severity: string; code: string; message: string | null }[];
  }[];
}

function pkilint(subjects: readonly Subject[], fileOf: FileOf): Finding[] {
  const jobs = subjects.flatMap(({ name, kind, certifiedBy }): { subject: string; command: string[] }[] => {
    const file = fileOf(name);
    if (kind === 'crl')
      return [{ subject: name, command: ['lint_crl', '--type', 'CRL', '--profile', 'PKIX', file] }];
    if (kind === 'ocsp') return [{ subject: name, command: ['lint_ocsp_response', file] }];
    const alone = { subject: name, command: ['lint_pkix_cert', file] };
    if (!certifiedBy) return [alone];
    const chain = ['lint_pkix_signer_signee_cert_chain', fileOf(certifiedBy), file];
    return [alone, { subject: name, command: chain }];
  });
  const input = jobs.map(({ command }) => `${JSON.stringify(command)}\n`).join('');
  const script = fileURLToPath(new URL('run-pkilint.py', import.meta.url));
  const lines = run(program('RESEAL_PKILINT_PYTHON'), [script], input).trim().split('\n');
  return jobs.flatMap(({ subject }, index) =>
    (JSON.parse(lines[index]!) as PkilintReport).results.flatMap((result) =>
      result.finding_descriptions.map(({ severity, code, message }): Finding => ({
        linter: 'pkilint',
        id: code,
        severity,
        subject,
        detail: `${result.node_path} ${message ?? ''}`.trim(),
      })),
    ),
  );
}

function program(variable: string): string {
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set: \`npm test\` provides the program it names`);
  return path;
}
