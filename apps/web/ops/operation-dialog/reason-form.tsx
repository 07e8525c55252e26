import {
  revocationReasons,
  type OperationKind,
  type OperationParameters,
  type ReasonToRevoke,
} from '#libs/domain';
import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { isShortReason, oneLine, ReasonField } from '../components/reason-field.js';
import { useWords } from '../words/language.js';

interface Asked {
  readonly reason: string;
  readonly parameters: OperationParameters;
}

/** The reason of an operation, and the reason code of a revocation. */
export function ReasonForm({
  kind,
  asked,
  busy,
  submit,
  onDone,
  children,
}: {
  kind: OperationKind;
  /** The earlier input, to be changed. */
  asked: Asked | undefined;
  busy: boolean;
  /** The label of the button, if no preview follows. */
  submit?: string;
  onDone: (asked: Asked) => void;
  children: ReactNode;
}): ReactNode {
  const { act, revocationReason } = useWords();
  const [reason, setReason] = useState(asked?.reason ?? '');
  const [code, setCode] = useState<ReasonToRevoke>(asked?.parameters.revocationReason ?? 'unspecified');
  const [day, setDay] = useState(asked?.parameters.invalidityDate?.slice(0, 10) ?? '');
  const [tried, setTried] = useState(false);
  const short = isShortReason(reason);
  const parameters: OperationParameters =
    kind === 'revoke'
      ? {
          revocationReason: code,
          ...(code === 'keyCompromise' && day ? { invalidityDate: `${day}T00:00:00.000Z` } : {}),
        }
      : {};
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!short) onDone({ reason: oneLine(reason), parameters });
      }}
      noValidate
    >
      <Stack>
        {kind === 'revoke' && (
          <Select
            label={act.revocationReason}
            data={revocationReasons.map((value) => ({ value, label: revocationReason[value] }))}
            value={code}
            onChange={(value) => setCode(value as ReasonToRevoke)}
            allowDeselect={false}
          />
        )}
        {kind === 'revoke' && code === 'keyCompromise' && (
          <TextInput
            type="date"
            label={act.invalidityDate}
            value={day}
            onChange={({ currentTarget }) => setDay(currentTarget.value)}
          />
        )}
        <ReasonField value={reason} tried={tried} onChange={setReason} minRows={2} data-autofocus />
        {children}
        <Group justify="flex-end" className="act-bar">
          <Button type="submit" loading={busy}>
            {submit ?? act.preview}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
