import type { AuditRecord } from '@burgee/server/api';
import { Alert, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { patchFlag, putTargeting, targetingOf } from '../../api/changes.ts';
import type { FlagRow, StateRow } from '../../api/resources.ts';
import { explain, sayDone } from '../../app/toast.ts';
import { text } from '../../text/catalogue.ts';
import { page } from '../../text/flag-page.ts';
import { shortTime, unbroken } from '../../text/format.ts';
import { ChangeLine } from '../change-line.tsx';
import { confirmation, difference } from '../difference.ts';
import { Movers } from '../movers-list.tsx';
import { NotUnderstood } from '../not-understood-list.tsx';
import { isMoved } from '../save.ts';
import { sent } from '../targeting.ts';
import { revertFlag, revertible, revertState } from './revert.ts';

const t = page.history;

interface Props {
  readonly entry: AuditRecord;
  readonly row: FlagRow;
  onClose(): void;
}

/** Undoes one change by a new one: what it would do now is shown first, and later changes stay unless it touches them. */
export function RevertDialog({ entry, row, onClose }: Props) {
  const there = row.states.find(({ state }) => state.environment === entry.environment);
  const plan = revertible(entry) === 'flag' ? planFlag(entry, row) : there ? planState(entry, there) : null;
  const client = useQueryClient();
  const revert = useMutation({
    mutationFn: async () => plan?.run(),
    onSuccess: () => {
      sayDone(t.done);
      onClose();
    },
    onSettled: () => {
      for (const queryKey of [['flag', row.flag.project, row.flag.key], ['flags', row.flag.project], ['audit']])
        void client.invalidateQueries({ queryKey });
    },
    meta: { quiet: true },
  });
  return (
    <Modal opened onClose={onClose} title={<strong>{t.title2}</strong>} size="lg">
      <Stack gap="md">
        <Text fz="sm" className="muted">
          {t.said(entry.actor.name, shortTime(entry.at), unbroken(entry.summary))}
        </Text>
        {plan === null && <Text role="alert">{t.gone}</Text>}
        {plan && !plan.changed && <Text>{t.alreadySo}</Text>}
        {plan?.headline && <ChangeLine>{plan.headline}</ChangeLine>}
        {plan && plan.lines.length > 0 && (
          <List spacing={4}>
            {plan.lines.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        )}
        {plan?.moved && plan.changed && (
          <Alert variant="default" role="alert">
            {t.moved}
          </Alert>
        )}
        {plan?.targetings && there && <Movers at={there.state} {...plan.targetings} />}
        {plan?.targetings && there && <NotUnderstood at={there.state} access={row.flag.browserAccess} {...plan.targetings} />}
        {there?.rollout && plan?.targetings && <Text c="var(--warn)">{text.flags.turn.ramped}</Text>}
        {revert.error && (
          <Text c="var(--bad)" role="alert">
            {isMoved(revert.error) ? text.flags.moved.title : explain(revert.error)}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {text.app.cancel}
          </Button>
          <Button data-autofocus loading={revert.isPending} disabled={!plan?.changed} onClick={() => revert.mutate()}>
            {t.submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface Plan {
  readonly lines: readonly string[];
  /** Whether there is anything to undo. */
  readonly changed: boolean;
  readonly moved: boolean;
  readonly headline?: string;
  readonly targetings?: { readonly before: ReturnType<typeof targetingOf>; readonly after: ReturnType<typeof targetingOf> };
  run(): Promise<unknown>;
}

function planState(entry: AuditRecord, { state, version }: StateRow): Plan {
  const before = targetingOf(state);
  const { targeting: after, moved } = revertState(before, entry);
  const changed = difference(before, after).length > 0;
  const { head, lines } = confirmation(state.environment, before, after);
  return {
    ...{ lines, moved, changed, targetings: { before, after } },
    ...(changed ? { headline: head } : {}),
    run: () => putTargeting(state, sent(after), version),
  };
}

function planFlag(entry: AuditRecord, { flag, version }: FlagRow): Plan {
  const { patch, moved } = revertFlag(flag, entry);
  const names = Object.keys(patch) as (keyof typeof t.parts)[];
  const differing = names.filter((name) => JSON.stringify(flag[name]) !== JSON.stringify(patch[name]));
  const lines = differing.map((name) => t.part(t.parts[name] ?? name, shown(flag[name]), shown(patch[name])));
  return { lines, changed: lines.length > 0, moved, run: () => patchFlag(flag.project, flag.key, patch, version) };
}

function shown(value: unknown): string {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return t.nothing;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}
