import { execFileSync } from 'node:child_process';

/** Runs promtool. @throws Error with its output if it finds a fault */
export function promtool(...args: string[]): string {
  const program = process.env['RESEAL_PROMTOOL'];
  if (!program) throw new Error('RESEAL_PROMTOOL is not set: run npm test -- --only contract');
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
