import type { OperationKind, OperationSelection } from '#libs/domain';
import { Button, Group } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useWords } from '../words/language.js';
import { OperationDialog } from './operation-dialog.js';

/** A button for each act; pressing one opens the dialog and changes nothing. */
export function ActButtons({
  kinds,
  selection,
  count,
}: {
  kinds: readonly OperationKind[];
  selection: OperationSelection;
  /** Absent where a filter chooses: the plan tells. */
  count?: number;
}): ReactNode {
  const { kind: words, reissues } = useWords();
  const [open, setOpen] = useState<OperationKind>();
  return (
    <Group gap="xs">
      {kinds.map((kind) => (
        <Button
          key={kind}
          size="sm"
          variant={kind === 'retry' ? 'filled' : 'default'}
          onClick={() => setOpen(kind)}
        >
          {count === undefined ? reissues.actOnAll(words[kind]) : reissues.actOn(words[kind])}
        </Button>
      ))}
      {open && (
        <OperationDialog kind={open} selection={selection} count={count} onClose={() => setOpen(undefined)} />
      )}
    </Group>
  );
}
