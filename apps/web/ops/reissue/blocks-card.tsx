import { blockReasons, type BlockReason } from '#libs/domain';
import { Button, Group, List, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/client.js';
import { useAuditTexts } from '../components/audit-text.js';
import { Card } from '../components/card.js';
import { useFormat } from '../components/format.js';
import { isShortReason } from '../components/reason-field.js';
import { Loaded, ProblemAlert } from '../components/states.js';
import { ActButtons } from '../operation-dialog/act-buttons.js';
import { useMe } from '../session/use-session.js';
import { useWords } from '../words/language.js';

const queryOf = (customerRef: string) => ['reissue-blocks', customerRef];

/** Whether online reissues of the customer are blocked. An operator blocks at once; a second person approves the lifting. */
export function BlocksCard({ customerRef }: { customerRef: string }): ReactNode {
  const { blocks: words } = useWords();
  const format = useFormat();
  const texts = useAuditTexts();
  const me = useMe();
  const found = useQuery({
    queryKey: queryOf(customerRef),
    queryFn: ({ signal }) => call('listReissueBlocks', { path: { customerRef }, signal }),
  });
  return (
    <Card title={words.title}>
      <Loaded of={found}>
        {({ blocks }) => (
          <Stack gap="xs">
            {blocks.length === 0 ? (
              <Text c="dimmed">{words.none}</Text>
            ) : (
              <List aria-label={words.title}>
                {blocks.map(({ source, reason, since, by }) => (
                  <List.Item key={source}>
                    {words.source[source]}: {words.reason[reason]} ({texts.actor(by)},{' '}
                    <time dateTime={since}>{format.time(since)}</time>)
                  </List.Item>
                ))}
              </List>
            )}
            {me.is('operator') && blocks.length > 0 && (
              <ActButtons kinds={['unblock']} selection={{ customerRefs: [customerRef] }} count={1} />
            )}
            {me.is('operator') && !blocks.some(({ source }) => source === 'operator') && (
              <BlockForm customerRef={customerRef} />
            )}
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

function BlockForm({ customerRef }: { customerRef: string }): ReactNode {
  const { blocks: words, act } = useWords();
  const client = useQueryClient();
  const [reason, setReason] = useState<BlockReason>('FRAUD_SUSPECTED');
  const [comment, setComment] = useState('');
  const [tried, setTried] = useState(false);
  const short = isShortReason(comment);
  const blocking = useMutation({
    mutationFn: () => call('blockReissues', { body: { customerRef, reason, comment: comment.trim() } }),
    onSuccess: (now) => client.setQueryData(queryOf(customerRef), now),
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!short) blocking.mutate();
      }}
    >
      <Group align="end" gap="xs">
        <Select
          label={words.why}
          data={blockReasons.map((value) => ({ value, label: words.reason[value] }))}
          value={reason}
          onChange={(value) => setReason(value as BlockReason)}
          allowDeselect={false}
        />
        <TextInput
          flex={1}
          miw="14rem"
          label={words.comment}
          description={act.reasonHint}
          value={comment}
          onChange={({ currentTarget }) => setComment(currentTarget.value)}
          error={tried && short ? words.commentShort : undefined}
          maxLength={500}
        />
        <Button type="submit" variant="default" loading={blocking.isPending}>
          {words.block}
        </Button>
      </Group>
      {blocking.isError && <ProblemAlert error={blocking.error} />}
    </form>
  );
}
