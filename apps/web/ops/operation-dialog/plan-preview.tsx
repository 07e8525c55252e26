import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Operation } from '../api/types.js';
import { OperationItems } from '../parts/operation-items.js';
import { useWords } from '../words/language.js';

/** The dry run: each target, and what would become of it. */
export function PlanPreview({ plan }: { plan: Operation }): ReactNode {
  const { act } = useWords();
  return (
    <>
      <Alert color="blue" variant="light" role="status">
        {act.previewText} {act.leftPlanned}
      </Alert>
      <OperationItems id={plan.id} digest={plan.digest} kind={plan.kind} outcomes={false} />
    </>
  );
}
