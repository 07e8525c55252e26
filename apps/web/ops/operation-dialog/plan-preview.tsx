import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Operation } from '../api/types.js';
import { OperationItems } from '../components/operation-items.js';
import { PlannedEffect } from '../components/planned-effect.js';
import { useWords } from '../words/language.js';

/** The dry run: what will happen in sum, then each target with its expected outcome and the cause. */
export function PlanPreview({ plan }: { plan: Operation }): ReactNode {
  const { act } = useWords();
  return (
    <>
      <Alert color="blue" variant="light" role="status">
        {act.previewText} {act.leftPlanned}
        <PlannedEffect planned={plan.planned ?? {}} />
      </Alert>
      <OperationItems id={plan.id} digest={plan.digest} kind={plan.kind} state={plan.state} />
    </>
  );
}
