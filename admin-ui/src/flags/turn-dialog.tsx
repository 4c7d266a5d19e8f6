import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type Targeting, targetingOf } from '../api/changes.ts';
import type { FlagRow, StateRow } from '../api/resources.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { percent as words } from '../text/format.ts';
import { ChangeLine } from './change-line.tsx';
import { difference, headline } from './difference.ts';
import { Movers } from './movers-list.tsx';
import { NotUnderstood } from './not-understood-list.tsx';
import { PercentField } from './percent-field.tsx';
import { isMoved, useSave } from './save.ts';
import { isProduction, ruleForAll } from './targeting.ts';

export type Turn = 'on' | 'off' | 'percent';

const t = text.flags.turn;

/** The targeting after the turn. One rule's percent is the flag's percent; without any, turning on makes the rule. */
function turned(flag: FlagRow['flag'], before: Targeting, turn: Turn, percent: number): Targeting {
  const enabled = turn === 'percent' ? before.enabled : turn === 'on';
  if (turn === 'off') return { ...before, enabled };
  if (before.rules.length === 0 && before.defaultVariant === before.offVariant) {
    return { ...before, enabled, rules: [{ ...ruleForAll(flag, before.offVariant, percent), id: 'new:turn' }] };
  }
  return { ...before, enabled, rules: before.rules.map((rule, _, { length }) => (length === 1 ? { ...rule, percent } : rule)) };
}

/** Turns a flag on, off, or up and down in one environment, and says first what that does. */
export function TurnDialog({
  flag,
  row,
  turn,
  onClose,
}: {
  flag: FlagRow['flag'];
  row: StateRow;
  turn: Turn;
  onClose: () => void;
}) {
  const { environment } = row.state;
  const before = targetingOf(row.state);
  const [opened] = useState(before);
  const [picked, setPicked] = useState<number | null>(null);
  const save = useSave(row.state);
  const only = before.rules.length === 1 ? before.rules[0] : undefined;
  const makesRule = before.rules.length === 0 && before.defaultVariant === before.offVariant;
  const adjustable = turn !== 'off' && (only !== undefined || makesRule);
  const stands = only !== undefined && only.percent > 0 ? only.percent : isProduction(environment) ? 10 : 100;
  const percent = picked ?? stands;
  const after = turned(flag, before, turn, percent);
  const movedLines = difference(opened, before);
  const change = headline(environment, before, after);
  const confirm = () =>
    save.mutate(
      { targeting: after, version: row.version },
      {
        onSuccess: () => {
          sayDone(`${flag.name || flag.key} · ${change}`);
          onClose();
        },
      },
    );
  const label =
    turn === 'off'
      ? t.confirmOff
      : turn === 'on'
        ? t.confirmOn(adjustable ? words(percent) : null)
        : t.confirmPercent(words(percent));
  return (
    <Modal opened onClose={onClose} title={<strong>{t[turn](environment)}</strong>} size="md">
      <Stack gap="md">
        <ChangeLine>{change}</ChangeLine>
        {adjustable && <PercentField value={percent} onChange={setPicked} />}
        <Movers at={row.state} before={before} after={after} />
        <NotUnderstood at={row.state} access={flag.browserAccess} before={before} after={after} />
        {row.rollout && turn !== 'off' && <Text c="var(--warn)">{t.ramped}</Text>}
        {movedLines.length > 0 && (
          <Alert variant="default" title={text.flags.moved.title}>
            {movedLines.map((line) => (
              <Text key={line}>{line}</Text>
            ))}
          </Alert>
        )}
        {save.error && !isMoved(save.error) && (
          <Text c="var(--bad)" role="alert">
            {explain(save.error)}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {text.app.cancel}
          </Button>
          <Button
            data-autofocus
            color={turn === 'off' ? 'red' : 'tide'}
            loading={save.isPending}
            disabled={difference(before, after).length === 0}
            onClick={confirm}
          >
            {label}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
