import {
  needsApproval,
  type OperationKind,
  type OperationParameters,
  type OperationSelection,
} from '#libs/domain';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { call, proveAct } from '../api/client.js';
import type { Operation } from '../api/types.js';
import { useFormat } from '../components/format.js';
import { ProblemAlert } from '../components/states.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { PlanPreview } from './plan-preview.js';
import { ReasonForm } from './reason-form.js';

interface Props {
  readonly kind: OperationKind;
  readonly selection: OperationSelection;
  readonly count: number | undefined;
  readonly onClose: () => void;
}

/**
 * Requests an operation in two steps: the person gives a reason and sees the plan, then confirms it. Closing the dialog
 * before that cancels the plan.
 */
export function OperationDialog({ kind, selection, count, onClose }: Props): ReactNode {
  const words = useWords();
  const format = useFormat();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [plan, setPlan] = useState<Operation>();

  const planning = useMutation({
    mutationFn: (asked: { reason: string; parameters: OperationParameters }) =>
      call('planOperation', {
        body: { kind, selection, ...asked },
        idempotencyKey: crypto.randomUUID(),
      }),
    onSuccess: setPlan,
  });
  const confirming = useMutation({
    mutationFn: async ({ id, digest }: Operation) =>
      call('confirmOperation', {
        path: { id },
        body: { digest, proof: await proveAct('confirm', digest) },
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries();
      await navigate(paths.operation(id));
    },
  });
  const cancelPlan = () => {
    if (!plan || confirming.isPending || confirming.isSuccess) return;
    // An unconfirmed plan expires by itself; this only removes it earlier.
    void call('cancelOperation', { path: { id: plan.id }, body: {} }).catch(() => undefined);
  };
  const close = () => {
    cancelPlan();
    onClose();
  };
  const shown = plan?.items ?? count;
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={
        shown === undefined
          ? words.kind[kind]
          : words.act.title(words.kind[kind], words.common.items(format.number(shown)))
      }
      closeButtonProps={{ 'aria-label': words.common.close }}
      closeOnClickOutside={!plan}
    >
      <Stack>
        <Text>{words.kindMeans[kind]}</Text>
        {plan ? (
          <>
            <PlanPreview plan={plan} />
            {confirming.isError && <ProblemAlert error={confirming.error} />}
            <Group justify="flex-end" className="act-bar">
              <Button
                variant="default"
                onClick={() => {
                  cancelPlan();
                  confirming.reset();
                  setPlan(undefined);
                }}
              >
                {words.act.back}
              </Button>
              <Button
                color={kind === 'retry' || kind === 'release' ? 'blue' : 'red.9'}
                loading={confirming.isPending}
                onClick={() => confirming.mutate(plan)}
                data-autofocus
              >
                {needsApproval(kind) ? words.act.confirmForApproval : words.act.confirm(words.kind[kind])}
              </Button>
            </Group>
          </>
        ) : (
          <ReasonForm
            kind={kind}
            asked={planning.variables}
            busy={planning.isPending}
            onDone={planning.mutate}
          >
            {planning.isError && <ProblemAlert error={planning.error} />}
          </ReasonForm>
        )}
      </Stack>
    </Modal>
  );
}
