import { findingKinds, unprovenKinds } from '#libs/audit-proofs';
import type { BilingualText } from '#libs/domain';
import { Alert, List, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FindingEntry, Immutable, Verdict } from '../api/types.js';
import { useLanguage, useWords } from '../words/language.js';

/** The result of a verification: each finding with its entry, and what is not proven. */
export function VerdictView({ verdict }: { verdict: Immutable<Verdict> }): ReactNode {
  const { evidence } = useWords();
  const unreadable = verdict.findings.some(({ kind }) => kind === 'UNREADABLE');
  return (
    <Alert
      color={verdict.valid ? 'green' : unreadable ? 'yellow' : 'red'}
      variant="light"
      role="status"
      title={verdict.valid ? evidence.valid : unreadable ? evidence.unreadable : evidence.invalid}
    >
      <Stack gap="xs">
        {verdict.findings.length > 0 && (
          <FindingList
            title={evidence.findings}
            of={verdict.findings.map((one) => ({ ...one, name: one.kind, text: findingKinds[one.kind] }))}
          />
        )}
        {verdict.unproven.length > 0 && (
          <FindingList
            title={evidence.unproven}
            of={verdict.unproven.map((one) => ({ ...one, name: one.what, text: unprovenKinds[one.what] }))}
          />
        )}
      </Stack>
    </Alert>
  );
}

interface ShownFinding {
  readonly name: string;
  readonly text: BilingualText;
  /** The verifier's message, in English. */
  readonly message: string;
  readonly entry?: FindingEntry;
}

/** Each finding in words of the reader's language, with its code and entry, and the message of the verifier. */
function FindingList({ title, of }: { title: string; of: readonly ShownFinding[] }): ReactNode {
  const { evidence } = useWords();
  const language = useLanguage();
  return (
    <div>
      <Text fw={600} size="sm">
        {title}
      </Text>
      <List size="sm">
        {of.map(({ name, text, message, entry }, index) => (
          <List.Item key={index}>
            {text[language]} <code>{name}</code>
            {entry?.sequence !== undefined && ` (${evidence.entry(entry.stream, entry.sequence)})`}
            <Text size="xs" c="dimmed" lang="en" component="div">
              {message}
            </Text>
          </List.Item>
        ))}
      </List>
    </div>
  );
}
