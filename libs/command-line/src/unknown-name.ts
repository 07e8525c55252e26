import { nearest } from './nearest.js';

/** One line for people who typed a name that does not exist: `Unknown command "stauts". Did you mean "status"?` */
export function unknownName(kind: 'command' | 'option', typed: string, known: readonly string[]): string {
  const near = nearest(typed, known);
  const help = near === undefined ? `There is ${known.join(', ')}.` : `Did you mean "${near}"?`;
  return `Unknown ${kind} "${typed}". ${help}`;
}
