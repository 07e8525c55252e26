import { targetsOf, type OperationKind, type OperationState, type OperationTargets } from '#libs/domain';
import { Anchor, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { call } from '../api/client.js';
import type { OperationItem } from '../api/types.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { useAuditTexts } from './audit-text.js';
import { useFormat } from './format.js';
import { Loading, MoreButton, ProblemAlert } from './states.js';
import { StackedRow, StackedTable } from './table.js';

const pageSize = 100;

/** The targets of an operation: the cause, and what will happen to each or what happened. */
export function OperationItems({
  id,
  digest,
  kind,
  state,
}: {
  id: string;
  /** The digest of the content that is shown; a new digest loads the list again. */
  digest: string;
  kind: OperationKind;
  state: OperationState;
}): ReactNode {
  const { act, operation } = useWords();
  const found = useInfiniteQuery({
    queryKey: ['operation-items', id, digest],
    queryFn: ({ pageParam, signal }) =>
      call('listOperationItems', { path: { id }, query: { cursor: pageParam, limit: pageSize }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
  });
  if (found.isPending) return <Loading />;
  if (!found.data) return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  const hasCause = targetsOf(kind) === 'reissues';
  const waits = state === 'PLANNED' || state === 'AWAITING_APPROVAL';
  const head = [act.target, ...(hasCause ? [act.cause] : []), waits ? act.willHappen : operation.outcome];
  return (
    <Stack>
      <StackedTable label={operation.itemsTitle} head={head}>
        {items.map((item) => (
          <StackedRow key={item.ordinal} head={head}>
            <Anchor
              component={Link}
              to={pathsOf[targetsOf(kind)](item.target)}
              ff="monospace"
              size="sm"
              underline="always"
            >
              {item.target}
            </Anchor>
            {hasCause && <Cause plan={item.plan} />}
            {waits ? <Effect plan={item.plan} /> : <Result item={item} runs={state === 'RUNNING'} />}
          </StackedRow>
        ))}
      </StackedTable>
      <MoreButton list={found} />
    </Stack>
  );
}

const pathsOf: Readonly<Record<OperationTargets, (target: string) => string>> = {
  reissues: paths.reissue,
  certificates: paths.certificate,
  customers: paths.reissuesOf,
};

/** Why the target needs the operation: its state, and where and why it was parked when the plan was made. */
function Cause({ plan }: { plan: OperationItem['plan'] }): ReactNode {
  const { state, step } = useWords();
  const texts = useAuditTexts();
  return (
    <>
      {plan.step && (
        <Text size="sm">
          {[wordOf(step, plan.step), plan.code && texts.code(plan.code)].filter(Boolean).join(': ')}
        </Text>
      )}
      {plan.state && (
        <Text size="xs" c="dimmed">
          {wordOf(state, plan.state)}
        </Text>
      )}
    </>
  );
}

/** What the operation will do to a target; for an unknown outcome also what our own records show. */
function Effect({ plan }: { plan: OperationItem['plan'] }): ReactNode {
  const { act, finding, planned } = useWords();
  const texts = useAuditTexts();
  return (
    <>
      <Text size="sm" fw={600} className={plan.acts ? undefined : 'tone-wait'}>
        {plan.acts ? wordOf(planned, plan.expected) : act.unchanged(texts.code(plan.expected))}
      </Text>
      {plan.finding && (
        <Text size="sm">
          {act.recheck}: {wordOf(finding, plan.finding)}
        </Text>
      )}
      {plan.reissueId && (
        <Anchor component={Link} to={paths.reissue(plan.reissueId)} size="sm" underline="always">
          {plan.reissueId}
        </Anchor>
      )}
    </>
  );
}

/** What the operation did to a target, and the plan if the outcome is another one. */
function Result({
  item: { plan, outcome, detail, triedAt, notice },
  runs,
}: {
  item: OperationItem;
  runs: boolean;
}): ReactNode {
  const words = useWords();
  const texts = useAuditTexts();
  const format = useFormat();
  if (!outcome)
    return (
      <>
        <Text size="sm">{runs ? words.operation.noOutcome : words.operation.notCarriedOut}</Text>
        {runs && <Effect plan={plan} />}
      </>
    );
  const notes = [
    detail && texts.code(wordOf(words.state, detail)),
    triedAt && format.time(triedAt),
    notice && words.operation.notice[notice],
    outcome !== plan.expected &&
      words.operation.wasPlanned(words.planned[plan.expected] ?? texts.code(plan.expected)),
  ];
  return (
    <>
      <Text size="sm" fw={600}>
        {texts.code(outcome)}
      </Text>
      <Text size="xs" c="dimmed">
        {notes.filter(Boolean).join(' · ')}
      </Text>
    </>
  );
}

/** The words of a code; a code that the console does not know stays as it is. */
const wordOf = (words: Readonly<Record<string, string>>, code: string): string => words[code] ?? code;
