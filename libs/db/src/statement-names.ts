/** More texts than our queries have. A text that varies with its data must not fill PostgreSQL's memory. */
const maxTexts = 2_000;

/** PostgreSQL prepares these. Other commands gain nothing, or may be several in one text. */
const preparable = /^\s*(?:select|insert|update|delete|with)\b/i;

/**
 * The names under which the connections of one pool prepare statements, so that PostgreSQL parses and plans each text once
 * for each connection. A text gets a name when it is used the second time.
 */
export class StatementNames {
  /** Text → its name, or '' after its first use. */
  private readonly names = new Map<string, string>();
  private named = 0;

  /** The name to prepare a text under; undefined if it is to be sent without. */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known) return known;
    if (known === undefined) {
      if (this.names.size < maxTexts && preparable.test(text)) this.names.set(text, '');
      return undefined;
    }
    const name = `s${(this.named += 1)}`;
    this.names.set(text, name);
    return name;
  }

  /** Never uses a name again: what was prepared under this one no longer fits. All texts get new names. */
  renew(text: string, name: string): void {
    if (this.names.get(text) === name) this.names.clear();
  }
}

const invalidStatementName = '26000';
const duplicateStatement = '42P05';
const notSupported = '0A000';

/**
 * Whether a prepared statement no longer fits: a migration has changed the columns of its result, or the server has
 * forgotten it. The same text works under a new name.
 */
export function isOutdatedStatement(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown };
  if (code === invalidStatementName || code === duplicateStatement) return true;
  // PostgreSQL uses this code for everything that it does not support. Its messages may be in any language.
  return code === notSupported && routine === 'RevalidateCachedQuery';
}
