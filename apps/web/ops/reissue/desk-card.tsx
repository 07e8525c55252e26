import { Button, Group, List, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call, send } from '../api/client.js';
import type { ReissueDetail } from '../api/types.js';
import { useAuditTexts } from '../components/audit-text.js';
import { Card } from '../components/card.js';
import { useFormat } from '../components/format.js';
import { ProblemAlert } from '../components/states.js';
import { useMe } from '../session/use-session.js';
import { useWords } from '../words/language.js';

const minNoteLength = 3;

/** Who works on a parked reissue, and the notes of colleagues. */
export function DeskCard({ reissue }: { reissue: ReissueDetail }): ReactNode {
  const { desk } = useWords();
  const format = useFormat();
  const texts = useAuditTexts();
  const me = useMe();
  return (
    <Card title={desk.title}>
      {reissue.parked && <Claim reissue={reissue} />}
      {reissue.notes.length === 0 ? (
        <Text c="dimmed">{desk.noNotes}</Text>
      ) : (
        <List listStyleType="none" aria-label={desk.notes}>
          {reissue.notes.map(({ by, at, text }) => (
            <List.Item key={`${at}${by}`}>
              <Text size="sm" c="dimmed">
                {texts.actor(by)} · <time dateTime={at}>{format.time(at)}</time>
              </Text>
              <Text>{text}</Text>
            </List.Item>
          ))}
        </List>
      )}
      {(me.is('operator') || me.is('approver')) && <NoteForm id={reissue.id} />}
    </Card>
  );
}

function Claim({ reissue: { id, parked } }: { reissue: ReissueDetail }): ReactNode {
  const { desk } = useWords();
  const format = useFormat();
  const texts = useAuditTexts();
  const me = useMe();
  const client = useQueryClient();
  const claim = parked?.claim ?? null;
  const own = claim?.by === `staff:${me.subject}`;
  const acting = useMutation({
    mutationFn: async (act: 'claim' | 'takeOver' | 'release') => {
      if (act === 'release') await send('releaseReissue', { path: { id } });
      else await call('claimReissue', { path: { id }, body: { takeOver: act === 'takeOver' } });
    },
    onSettled: () => client.invalidateQueries(),
  });
  const button = (act: 'claim' | 'takeOver' | 'release', label: string) => (
    <Button
      size="sm"
      variant={act === 'claim' ? 'filled' : 'default'}
      loading={acting.isPending}
      onClick={() => acting.mutate(act)}
    >
      {label}
    </Button>
  );
  return (
    <Stack gap="xs">
      <Text role="status">
        {claim === null
          ? desk.unclaimed
          : own
            ? desk.claimedByYou(format.time(claim.until))
            : desk.claimedBy(texts.actor(claim.by), format.time(claim.until))}
      </Text>
      {acting.isError && <ProblemAlert error={acting.error} />}
      {me.is('operator') && (
        <Group gap="xs">
          {claim === null && button('claim', desk.claim)}
          {claim !== null && !own && button('takeOver', desk.takeOver)}
          {own && button('release', desk.release)}
        </Group>
      )}
    </Stack>
  );
}

function NoteForm({ id }: { id: string }): ReactNode {
  const { desk, act } = useWords();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const short = text.trim().length < minNoteLength;
  const noting = useMutation({
    mutationFn: () => call('noteReissue', { path: { id }, body: { text: text.trim() } }),
    onSuccess: async () => {
      setText('');
      setTried(false);
      await client.invalidateQueries({ queryKey: ['reissue', id] });
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!short) noting.mutate();
      }}
    >
      <Group align="end" gap="xs">
        <TextInput
          flex={1}
          miw="14rem"
          label={desk.note}
          description={act.reasonHint}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          error={tried && short ? desk.noteShort : undefined}
          maxLength={500}
        />
        <Button type="submit" variant="default" loading={noting.isPending}>
          {desk.addNote}
        </Button>
      </Group>
      {noting.isError && <ProblemAlert error={noting.error} />}
    </form>
  );
}
