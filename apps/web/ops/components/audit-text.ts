import { auditActorText, auditCodeText } from '#libs/domain';
import { useLanguage, useWords } from '../words/language.js';

interface AuditTexts {
  /** The words of a code, such as an outcome or a cause; a code without words stays as it is. */
  readonly code: (code: string) => string;
  /** The words of a reason; a text that a person wrote stays as it is. */
  readonly reason: (reason: string) => string;
  readonly actor: (actor: string) => string;
}

/** The texts of codes and actors of the audit trail in the reader's language. */
export function useAuditTexts(): AuditTexts {
  const language = useLanguage();
  const reasons: Readonly<Record<string, string>> = useWords().reason;
  const code = (name: string) => auditCodeText(name)?.[language] ?? name;
  return {
    code,
    reason: (name) => (Object.hasOwn(reasons, name) ? reasons[name]! : code(name)),
    actor: (name) => auditActorText(name)[language],
  };
}
