import { Alert, List, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FindingEntry, Immutable, Verdict } from '../api/types.js';
import { useWords } from '../words/language.js';

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
            of={verdict.findings.map((one) => ({ ...one, name: one.kind }))}
          />
        )}
        {verdict.unproven.length > 0 && (
          <FindingList
            title={evidence.unproven}
            of={verdict.unproven.map((one) => ({ ...one, name: one.what }))}
          />
        )}
      </Stack>
    </Alert>
  );
}

function FindingList({
  title,
  of,
}: {
  title: string;
  of: readonly { readonly name: string; readonly message: string; readonly entry?: FindingEntry }[];
}): ReactNode {
  const { evidence } = useWords();
  return (
    <div>
      <Text fw={600} size="sm">
        {title}
      </Text>
      <List size="sm">
        {of.map(({ name, message, entry }, index) => (
          <List.Item key={index}>
            <code>{name}</code>
            {entry?.sequence !== undefined && ` (${evidence.entry(entry.stream, entry.sequence)})`}: {message}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
