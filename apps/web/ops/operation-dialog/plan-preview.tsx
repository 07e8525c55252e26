import { Alert, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Operation } from '../api/types.js';
import { useFormat } from '../components/format.js';
import { OperationItems } from '../components/operation-items.js';
import { useWords } from '../words/language.js';

/** The dry run: each target with its expected outcome. */
export function PlanPreview({ plan }: { plan: Operation }): ReactNode {
  const { act, outcome } = useWords();
  const format = useFormat();
  const planned = Object.entries(plan.planned ?? {});
  return (
    <>
      <Alert color="blue" variant="light" role="status">
        {act.previewText} {act.leftPlanned}
      </Alert>
      {planned.length > 0 && (
        <Text fw={600}>
          {planned.map(([name, count]) => `${outcome[name] ?? name}: ${format.number(count)}`).join(' · ')}
        </Text>
      )}
      <OperationItems id={plan.id} digest={plan.digest} kind={plan.kind} outcomes={false} />
    </>
  );
}
