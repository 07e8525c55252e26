import {
  revocationReasons,
  type OperationKind,
  type OperationParameters,
  type ReasonToRevoke,
} from '#libs/domain';
import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useWords } from '../words/language.js';

interface Asked {
  readonly reason: string;
  readonly parameters: OperationParameters;
}

const minReasonLength = 5;

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
  const short = reason.trim().length < minReasonLength;
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
        // A reason is one line; pasted line breaks become spaces.
        if (!short) onDone({ reason: reason.replace(/\s+/g, ' ').trim(), parameters });
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
        <Textarea
          label={act.reason}
          description={act.reasonHint}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          error={tried && short ? act.reasonShort : undefined}
          maxLength={500}
          minRows={2}
          autosize
          required
          data-autofocus
        />
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
