import { Alert, Anchor, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { call } from '../api/client.js';
import type { ReissueDetail } from '../api/types.js';
import { ActButtons } from '../operation-dialog/act-buttons.js';
import { StateBadge } from '../components/badges.js';
import { useAuditTexts } from '../components/audit-text.js';
import { Card } from '../components/card.js';
import { Facts, Id } from '../components/facts.js';
import { isPast, useFormat } from '../components/format.js';
import { WaitedFor } from '../components/reissue-table.js';
import { RelatedOperations } from '../components/related-operations.js';
import { Loaded, Loading, PageTitle } from '../components/states.js';
import { paths } from '../paths.js';
import { useMe } from '../session/use-session.js';
import { allowTemporalDecoding } from '../session/temporal-page.js';
import { useLanguage, useWords } from '../words/language.js';
import { BlocksCard } from './blocks-card.js';
import { DeskCard } from './desk-card.js';
import { ReissueTimeline } from './timeline.js';

// The verdict's texts come with cryptography that no other page needs.
const EvidenceCard = lazy(async () => {
  const { EvidenceCard: card } = await import('../evidence/evidence-card.js');
  return { default: card };
});

/** One reissue: its state, what it waits for, the possible operations, and its history. */
export function ReissueDetailPage(): ReactNode {
  const { id = '' } = useParams();
  const { reissue: words } = useWords();
  const me = useMe();
  const found = useQuery({
    queryKey: ['reissue', id],
    queryFn: ({ signal }) => call('getReissue', { path: { id }, signal }),
  });
  return (
    <Stack>
      <Group gap="sm">
        <PageTitle title={words.title} />
        <Id>{id}</Id>
      </Group>
      <Loaded of={found}>
        {(reissue) => (
          <>
            <CurrentState reissue={reissue} />
            <DeskCard reissue={reissue} />
            <ReissueFacts reissue={reissue} />
            {reissue.customerRef && <BlocksCard customerRef={reissue.customerRef} />}
            <RelatedOperations of={reissue.operations} />
            <ReissueTimeline id={id} />
            {me.is('auditor') && (
              <Suspense fallback={<Loading />}>
                <EvidenceCard id={id} />
              </Suspense>
            )}
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function CurrentState({ reissue }: { reissue: ReissueDetail }): ReactNode {
  const words = useWords();
  const language = useLanguage();
  const format = useFormat();
  const me = useMe();
  const texts = useAuditTexts();
  const { parked, waitingFor } = reissue;
  return (
    <Card title={words.reissue.now} more={<StateBadge state={reissue.state} parked={!!parked} />}>
      {parked && (
        <Alert color="yellow" title={words.reissue.parkedTitle}>
          <WaitedFor system={parked.system} />
          <Text size="sm">
            {words.step[parked.step]}: {texts.code(parked.code)}. {words.reissues.parkedFor}{' '}
            {format.age(parked.since)} ({format.time(parked.since)})
          </Text>
          {parked.code === 'OUTCOME_UNKNOWN' && <Text size="sm">{words.reissue.unknownOutcome}</Text>}
        </Alert>
      )}
      {waitingFor && (
        <Text>
          {words.reissue.waitsFor}: {waitingFor.text[language]}
          {` (${words.reissue.since(format.time(waitingFor.since))})`}
          {waitingFor.until && `, ${words.reissue.until(format.time(waitingFor.until))}`}
        </Text>
      )}
      <Text fw={600}>{words.reissue.possible}</Text>
      {reissue.possible.length === 0 ? (
        <Text c="dimmed">{words.reissue.nothingPossible}</Text>
      ) : me.is('operator') ? (
        <ActButtons kinds={reissue.possible} selection={{ reissueIds: [reissue.id] }} count={1} />
      ) : (
        <Text c="dimmed">
          {reissue.possible.map((kind) => words.kind[kind]).join(', ')}. {words.reissue.readOnly}
        </Text>
      )}
    </Card>
  );
}

function ReissueFacts({ reissue }: { reissue: ReissueDetail }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const texts = useAuditTexts();
  const moment = (at: string | null | undefined) => at && format.time(at);
  const archived = () => {
    const { archiveDueAt: due } = reissue;
    if (due === null) return moment(reissue.milestones.archivedAt);
    return isPast(due)
      ? words.reissue.archiveLate(format.time(due))
      : words.reissue.archivedBy(format.time(due));
  };
  const certificate = (serial: string | null | undefined) =>
    serial && (
      <Anchor component={Link} to={paths.certificate(serial)} underline="always" ff="monospace" size="sm">
        {serial}
      </Anchor>
    );
  return (
    <Card
      title={words.reissue.facts}
      more={
        reissue.temporalUrl && (
          <Anchor
            href={reissue.temporalUrl}
            onClick={allowTemporalDecoding}
            target="_blank"
            rel="noreferrer"
            underline="always"
            size="sm"
          >
            {words.reissue.temporal}
          </Anchor>
        )
      }
    >
      <Facts
        of={[
          [words.reissues.receiptNumber, <Id>{reissue.receiptNumber}</Id>],
          [words.reissues.reason, words.reason[reissue.reason]],
          [words.reissue.basis, reissue.basis],
          [
            words.reissue.customerRef,
            reissue.customerRef && (
              <Anchor
                component={Link}
                to={paths.reissuesOf(reissue.customerRef)}
                underline="always"
                size="sm"
              >
                {reissue.customerRef}
              </Anchor>
            ),
          ],
          [words.reissue.serial, certificate(reissue.serial)],
          [words.reissue.oldSerial, certificate(reissue.oldSerial)],
          [words.reissue.created, format.time(reissue.createdAt)],
          [words.reissue.updated, format.time(reissue.updatedAt)],
          [words.reissue.deadline, moment(reissue.deadline)],
          [words.reissue.ended, moment(reissue.endedAt)],
          [words.reissues.code, reissue.endCode && texts.code(reissue.endCode)],
          [words.reissue.archived, archived()],
        ]}
      />
    </Card>
  );
}
