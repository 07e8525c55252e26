import type { OperationKind, OperationSelection } from '#libs/domain';
import { Button, Group } from '@mantine/core';
import { useRef, useState, type ReactNode } from 'react';
import { useWords } from '../words/language.js';
import { OperationDialog } from './operation-dialog.js';

/** A button for each kind of operation. It opens the dialog and changes nothing. */
export function ActButtons({
  kinds,
  selection,
  count,
}: {
  kinds: readonly OperationKind[];
  selection: OperationSelection;
  /** The number of targets; undefined if a filter selects them, and the plan counts them. */
  count?: number;
}): ReactNode {
  const { kind: words, reissues } = useWords();
  const [open, setOpen] = useState<OperationKind>();
  const pressed = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(undefined);
    // The dialog is unmounted and does not return the focus itself.
    requestAnimationFrame(() => pressed.current?.focus());
  };
  return (
    <Group gap="xs">
      {kinds.map((kind) => (
        <Button
          key={kind}
          size="sm"
          variant={kind === 'retry' ? 'filled' : 'default'}
          onClick={({ currentTarget }) => {
            pressed.current = currentTarget;
            setOpen(kind);
          }}
        >
          {count === undefined ? reissues.actOnAll(words[kind]) : reissues.actOn(words[kind])}
        </Button>
      ))}
      {open && <OperationDialog kind={open} selection={selection} count={count} onClose={close} />}
    </Group>
  );
}
