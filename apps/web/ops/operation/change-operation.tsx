import type { OperationParameters, OperationSelection } from '#libs/domain';
import { Button, Checkbox, Modal, ScrollArea, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/client.js';
import type { Operation } from '../api/types.js';
import { ReasonForm } from '../operation-dialog/reason-form.js';
import { ProblemAlert } from '../components/states.js';
import { useWords } from '../words/language.js';

/** A longer list is not offered for selection by hand. */
const maxTargets = 200;

/** Changes an operation before it starts: its reason, its parameters, and which targets stay. */
export function ChangeOperation({ operation }: { operation: Operation }): ReactNode {
  const words = useWords();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const targets = targetsOf(operation.selection as OperationSelection);
  const [kept, setKept] = useState(targets);
  const changing = useMutation({
    mutationFn: (asked: { reason: string; parameters: OperationParameters }) =>
      call('changeOperation', {
        path: { id: operation.id },
        body: { ...asked, ...(kept.length < targets.length ? { selection: only(operation, kept) } : {}) },
      }),
    onSuccess: async () => {
      setOpen(false);
      await client.invalidateQueries();
    },
  });
  const show = () => {
    setKept(targets);
    changing.reset();
    setOpen(true);
  };
  const none = targets.length > 0 && kept.length === 0;
  return (
    <>
      <Button variant="default" onClick={show}>
        {words.operation.change}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        size="lg"
        title={words.kind[operation.kind]}
        closeButtonProps={{ 'aria-label': words.common.close }}
      >
        <Stack>
          <Text>{words.operation.changeText}</Text>
          <ReasonForm
            kind={operation.kind}
            asked={{ reason: operation.reason, parameters: operation.parameters }}
            busy={changing.isPending}
            submit={words.operation.saveChange}
            onDone={(asked) => void (none || changing.mutate(asked))}
          >
            {targets.length > 0 && targets.length <= maxTargets && (
              <Checkbox.Group
                label={words.operation.itemsTitle}
                value={kept}
                onChange={setKept}
                error={none ? words.operation.keepOne : undefined}
              >
                <ScrollArea.Autosize mah={240} mt="xs">
                  <Stack gap="xs">
                    {targets.map((target) => (
                      <Checkbox
                        key={target}
                        value={target}
                        label={target}
                        aria-label={words.operation.keep(target)}
                      />
                    ))}
                  </Stack>
                </ScrollArea.Autosize>
              </Checkbox.Group>
            )}
            {changing.isError && <ProblemAlert error={changing.error} />}
          </ReasonForm>
        </Stack>
      </Modal>
    </>
  );
}

/** The targets that the operation named; none if a filter selected them. */
function targetsOf(selection: OperationSelection): string[] {
  if ('serials' in selection) return [...selection.serials];
  return 'reissueIds' in selection ? [...selection.reissueIds] : [];
}

const only = ({ selection }: Operation, kept: readonly string[]): OperationSelection =>
  'serials' in selection ? { serials: kept } : { reissueIds: kept };
