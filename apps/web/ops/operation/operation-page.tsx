import { Alert, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { call } from '../api/client.js';
import type { Operation } from '../api/types.js';
import { useAuditTexts } from '../components/audit-text.js';
import { OperationBadge } from '../components/badges.js';
import { Card } from '../components/card.js';
import { Facts, Id } from '../components/facts.js';
import { useFormat } from '../components/format.js';
import { OperationItems } from '../components/operation-items.js';
import { PlannedEffect } from '../components/planned-effect.js';
import { Loaded, PageTitle } from '../components/states.js';
import { useWords } from '../words/language.js';
import { DecisionForm } from './decision-form.js';

const whileItRunsMs = 2_000;

/** One operation: its content and reason, the decisions, and the outcome of each target. */
export function OperationPage(): ReactNode {
  const { id = '' } = useParams();
  const { operation: words, kind } = useWords();
  const found = useQuery({
    queryKey: ['operation', id],
    queryFn: ({ signal }) => call('getOperation', { path: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'RUNNING' ? whileItRunsMs : false),
  });
  return (
    <Stack>
      <Group gap="sm">
        <PageTitle title={found.data ? `${words.title}: ${kind[found.data.kind]}` : words.title} />
        <Id>{id}</Id>
      </Group>
      <Loaded of={found}>
        {(operation) => (
          <>
            <OperationFacts operation={operation} />
            <Decisions operation={operation} />
            <Outcomes operation={operation} />
            <DecisionForm operation={operation} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function OperationFacts({ operation }: { operation: Operation }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const { revocationReason, invalidityDate } = operation.parameters;
  return (
    <Card title={words.operation.reason} more={<OperationBadge state={operation.state} />}>
      <Text style={{ whiteSpace: 'pre-wrap' }}>{operation.reason}</Text>
      <Text c="dimmed">{words.kindMeans[operation.kind]}</Text>
      <Facts
        of={[
          [words.operations.requestedBy, operation.requestedBy],
          [words.operations.approvedBy, operation.approvedBy],
          [words.operations.created, format.time(operation.createdAt)],
          [words.operation.started, operation.startedAt && format.time(operation.startedAt)],
          [words.operation.ended, operation.endedAt && format.time(operation.endedAt)],
          [words.operations.items, format.number(operation.items)],
          [words.act.revocationReason, revocationReason && words.revocationReason[revocationReason]],
          [words.act.invalidityDate, invalidityDate && format.date(invalidityDate)],
          [words.operation.digest, <code key="digest">{operation.digest}</code>],
        ]}
      />
    </Card>
  );
}

function Decisions({ operation: { approvals, digest } }: { operation: Operation }): ReactNode {
  const { operation: words } = useWords();
  const format = useFormat();
  if (approvals.length === 0) return null;
  return (
    <Card title={words.decisions}>
      {approvals.map((one) => (
        <Text key={`${one.decidedBy}${one.digest}`}>
          {one.decidedBy}: <b>{words[one.decision]}</b>
          {one.digest !== digest && `, ${words.void}`} · {format.time(one.decidedAt)}
          {one.comment && ` · ${one.comment}`}
        </Text>
      ))}
    </Card>
  );
}

function Outcomes({ operation }: { operation: Operation }): ReactNode {
  const { operation: words } = useWords();
  const texts = useAuditTexts();
  const format = useFormat();
  const waits = operation.state === 'PLANNED' || operation.state === 'AWAITING_APPROVAL';
  const done = Object.values(operation.outcomes).reduce((sum, count) => sum + count, 0);
  return (
    <Card title={words.itemsTitle}>
      {waits && (
        <Alert color="blue" variant="light" role="status">
          {operation.state === 'PLANNED' ? words.ifConfirmed : words.ifApproved}
          <PlannedEffect planned={operation.planned ?? {}} />
          {operation.needsApproval && words.digestText}
        </Alert>
      )}
      {!waits && (
        <Text role="status">
          {[
            words.progress(format.number(done), format.number(operation.items)),
            ...Object.entries(operation.outcomes).map(
              ([outcome, count]) => `${texts.code(outcome)}: ${format.number(count)}`,
            ),
          ].join(' · ')}
        </Text>
      )}
      <OperationItems
        // While the operation runs, each new count of finished targets loads the outcomes again.
        key={done}
        id={operation.id}
        digest={`${operation.digest}/${done}`}
        kind={operation.kind}
        state={operation.state}
      />
    </Card>
  );
}
