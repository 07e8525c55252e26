import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call, proveAct } from '../api/client.js';
import type { Operation } from '../api/types.js';
import { ProblemAlert } from '../components/states.js';
import { useMe } from '../session/use-session.js';
import { oneLine } from '../components/reason-field.js';
import { useWords } from '../words/language.js';
import { ChangeOperation } from './change-operation.js';

/** Characters that the comment of a rejection needs. */
const minCommentLength = 3;

type OperationAct = 'confirm' | 'approve' | 'reject' | 'cancel';

/**
 * What the person who is signed in may do to the operation now, always in view at the lower edge. The API checks each
 * again.
 */
export function DecisionForm({ operation }: { operation: Operation }): ReactNode {
  const { operation: words } = useWords();
  const me = useMe();
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const [tried, setTried] = useState(false);
  const acting = useMutation({
    mutationFn: (act: OperationAct) => perform(act, operation, comment),
    onSettled: () => client.invalidateQueries(),
  });
  const own = operation.requestedBy === me.subject || operation.requestedBy === `staff:${me.subject}`;
  const awaits = operation.state === 'AWAITING_APPROVAL';
  const decides = awaits && me.is('approver') && !own;
  const cancels = me.is('operator') && (awaits || operation.state === 'PLANNED');
  const confirms = me.is('operator') && operation.state === 'PLANNED' && own;
  if (!decides && !cancels && !confirms) return null;
  const reject = () => {
    setTried(true);
    if (comment.trim().length >= minCommentLength) acting.mutate('reject');
  };
  return (
    <section className="act-bar" aria-label={words.decide}>
      <Stack gap="xs">
        {decides && (
          <Textarea
            label={words.comment}
            value={comment}
            onChange={({ currentTarget }) => setComment(currentTarget.value)}
            error={tried && comment.trim().length < minCommentLength ? words.commentNeeded : undefined}
            maxLength={500}
            autosize
            maxRows={4}
          />
        )}
        {awaits && own && me.is('approver') && <Text>{words.own}</Text>}
        {acting.isError && <ProblemAlert error={acting.error} />}
        <Group>
          {decides && (
            <>
              <Button loading={acting.isPending} onClick={() => acting.mutate('approve')}>
                {words.approve}
              </Button>
              <Button color="red" variant="outline" disabled={acting.isPending} onClick={reject}>
                {words.reject}
              </Button>
            </>
          )}
          {confirms && (
            <Button loading={acting.isPending} onClick={() => acting.mutate('confirm')}>
              {words.confirm}
            </Button>
          )}
          {cancels && own && <ChangeOperation operation={operation} />}
          {cancels && (
            <Button variant="default" disabled={acting.isPending} onClick={() => acting.mutate('cancel')}>
              {words.cancel}
            </Button>
          )}
        </Group>
      </Stack>
    </section>
  );
}

/**
 * Every decision names the digest of the content that was shown: the API refuses it if the content has changed. To
 * confirm or approve, the person proves at the issuer that they mean this content.
 */
async function perform(act: OperationAct, { id, digest }: Operation, comment: string): Promise<Operation> {
  const path = { id };
  const text = oneLine(comment);
  switch (act) {
    case 'confirm':
      return call('confirmOperation', { path, body: { digest, proof: await proveAct('confirm', digest) } });
    case 'approve': {
      const proof = await proveAct('approve', digest);
      return call('approveOperation', { path, body: { digest, proof, ...(text ? { comment: text } : {}) } });
    }
    case 'reject':
      return call('rejectOperation', { path, body: { digest, comment: text } });
    case 'cancel':
      return call('cancelOperation', { path, body: {} });
  }
}
