import { Anchor, Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { call } from '../api/client.js';
import { ProblemAlert } from '../components/states.js';
import { paths } from '../paths.js';
import { isShortReason, oneLine, ReasonField } from '../components/reason-field.js';
import { useWords } from '../words/language.js';

/** Finds the reissues of a caller by name and mobile number, with a reason for the audit trail. */
export function FindCaller(): ReactNode {
  const { caller, common } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {caller.open}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        size="lg"
        title={caller.title}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <Form onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

/** Forgets name and number when the dialog is closed. */
function Form({ onDone }: { onDone: () => void }): ReactNode {
  const { caller, common } = useWords();
  const [name, setName] = useState('');
  const [mobile, setMobile] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const short = isShortReason(reason);
  const finding = useMutation({
    mutationFn: () => call('findCustomer', { body: { name, mobile, reason: oneLine(reason) } }),
  });
  return (
    <form
      noValidate
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!short && name.trim() && mobile.trim()) finding.mutate();
      }}
    >
      <Stack>
        <Text>{caller.text}</Text>
        <TextInput
          label={caller.name}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={tried && !name.trim() ? caller.needed : undefined}
          maxLength={100}
          required
          data-autofocus
        />
        <TextInput
          label={caller.mobile}
          value={mobile}
          onChange={({ currentTarget }) => setMobile(currentTarget.value)}
          error={tried && !mobile.trim() ? caller.needed : undefined}
          inputMode="tel"
          maxLength={40}
          required
        />
        <ReasonField value={reason} tried={tried} onChange={setReason} />
        {finding.isError && <ProblemAlert error={finding.error} />}
        {finding.data?.customerRefs.length === 0 && <Text role="status">{caller.nothing}</Text>}
        {finding.data && finding.data.customerRefs.length > 0 && (
          <div role="status">
            <Text fw={600}>{caller.found}</Text>
            <List>
              {finding.data.customerRefs.map((customerRef) => (
                <List.Item key={customerRef}>
                  <Anchor
                    component={Link}
                    to={paths.reissuesOf(customerRef)}
                    onClick={onDone}
                    underline="always"
                  >
                    {caller.reissuesOf(customerRef)}
                  </Anchor>
                </List.Item>
              ))}
            </List>
          </div>
        )}
        <Group justify="flex-end" className="act-bar">
          <Button type="submit" loading={finding.isPending}>
            {common.search}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
