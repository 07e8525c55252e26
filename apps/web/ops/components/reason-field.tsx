import { Textarea, type TextareaProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/language.js';

const minReasonLength = 5;

export const isShortReason = (text: string): boolean => text.trim().length < minReasonLength;

/** A reason is one line: pasted line breaks become spaces. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The reason of an act, for the audit trail. */
export function ReasonField({
  value,
  tried,
  onChange,
  ...more
}: {
  value: string;
  /** Whether the form was sent, so that a fault is named. */
  tried: boolean;
  onChange: (reason: string) => void;
} & Pick<TextareaProps, 'minRows'> & { 'data-autofocus'?: boolean }): ReactNode {
  const { act } = useWords();
  return (
    <Textarea
      label={act.reason}
      description={act.reasonHint}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={tried && isShortReason(value) ? act.reasonShort : undefined}
      maxLength={500}
      autosize
      required
      {...more}
    />
  );
}
