import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call, proveAct } from '../api/client.js';
import type { Operation } from '../api/types.js';
import { Card } from '../components/card.js';
import { ProblemAlert } from '../components/states.js';
import { useMe } from '../session/use-session.js';
import { useWords } from '../words/language.js';
import { ChangeOperation } from './change-operation.js';

/** Letters of a comment. */
const minCommentLength = 3;

type Act = 'confirm' | 'approve' | 'reject' | 'cancel';

/** What whoever looks may do to the operation now. The API checks all of it again. */
export function DecisionForm({ operation }: { operation: Operation }): ReactNode {
  const { operation: words } = useWords();
  const me = useMe();
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const [tried, setTried] = useState(false);
  const acting = useMutation({
    mutationFn: async (act: Act) =>
      call(`/v1/operations/${operation.id}/${act}`, {
        method: 'POST',
        body: { ...bodyOf(act, operation, comment), ...(await proofOf(act, operation)) },
      }),
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
    <Card title={decides ? words.decisions : words.title}>
      <Stack>
        {decides && (
          <>
            <Text>{words.digestText}</Text>
            <Textarea
              label={words.comment}
              value={comment}
              onChange={({ currentTarget }) => setComment(currentTarget.value)}
              error={tried && comment.trim().length < minCommentLength ? words.commentNeeded : undefined}
              maxLength={500}
              autosize
              minRows={2}
            />
          </>
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
    </Card>
  );
}

/** Who confirms or approves signs in for exactly that. */
const proofOf = async (act: Act, { digest }: Operation): Promise<object> =>
  act === 'confirm' || act === 'approve' ? { proof: await proveAct(act, digest) } : {};

/** Decisions name what was read: if it changed meanwhile, they are refused. */
function bodyOf(act: Act, { digest }: Operation, comment: string): object {
  if (act === 'cancel') return {};
  if (act === 'confirm') return { digest };
  const text = comment.replace(/\s+/g, ' ').trim();
  return { digest, ...(text ? { comment: text } : {}) };
}
