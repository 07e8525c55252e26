import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#libs/config';
import type { EvidenceVerdict } from '#libs/audit-proofs';
import { environmentOf } from './app-environment.js';

const run = promisify(execFile);

interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the auditors' tools as `npm run` does, with the worker's environment or without configuration. */
export async function runTool(
  tool: 'evidence' | 'trust' | 'verify',
  args: readonly string[],
  { configured = true } = {},
): Promise<ToolResult> {
  const script = path.join(projectRoot(), 'dist/apps/cli/src', tool, 'main.js');
  const env = configured ? { ...process.env, ...environmentOf('worker') } : { PATH: process.env.PATH };
  try {
    const { stdout, stderr } = await run(process.execPath, [script, ...args], {
      env,
      maxBuffer: 64 * 2 ** 20,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as ToolResult;
    return { code, stdout, stderr };
  }
}

/** The verdict that `verify` printed as JSON. */
export const verdictOf = ({ stdout }: ToolResult): EvidenceVerdict => JSON.parse(stdout) as EvidenceVerdict;
