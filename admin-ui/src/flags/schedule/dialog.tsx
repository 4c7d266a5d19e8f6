import type { Flag } from '@burgee/server/api';
import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Schedulable, scheduleChange, type Targeting } from '../../api/changes.ts';
import { Problem } from '../../api/problem.ts';
import type { StateRow } from '../../api/resources.ts';
import { explain, sayDone } from '../../app/toast.ts';
import { text } from '../../text/catalogue.ts';
import { page } from '../../text/flag-page.ts';
import { shortTime } from '../../text/format.ts';
import { ChangeLine } from '../change-line.tsx';
import { difference } from '../difference.ts';
import { PercentField } from '../percent-field.tsx';
import { sent } from '../targeting.ts';
import { ruleWords } from '../words.ts';
import { scheduledWords } from './scheduled-words.ts';
import { WhenField } from './when-field.tsx';

const t = page.schedule;

interface Props {
  readonly flag: Flag;
  readonly row: StateRow;
  /** What is being edited and not saved: that is what is given a time, when it is there. */
  readonly draft?: { readonly base: Targeting; readonly targeting: Targeting };
  onDone?(): void;
  onClose(): void;
}

/** Gives a change a time. It is checked now, and again then; if the flag has moved by then it is refused. */
export function ScheduleDialog({ flag, row, draft, onDone, onClose }: Props) {
  const { state } = row;
  const choices = choicesOf(row);
  const [kind, setKind] = useState(choices[0]?.value ?? 'kill');
  const [percent, setPercent] = useState(25);
  const [when, setWhen] = useState('');
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const change = draft ? editOf(draft) : changeOf(kind, percent);
  const at = Date.parse(when);
  const save = useMutation({
    mutationFn: () => scheduleChange(state, { when: at, change, reason: reason.trim() }, draft ? row.version : undefined),
    onSuccess: () => {
      sayDone(t.done(flag.name || flag.key, state.environment, shortTime(at)));
      void client.invalidateQueries({ queryKey: ['schedule', state.project] });
      onDone?.();
      onClose();
    },
    meta: { quiet: true },
  });
  const problem = save.error instanceof Problem ? save.error : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={<strong>{t.dialog(state.environment)}</strong>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {draft ? (
            <ChangeLine>
              {difference(draft.base, draft.targeting).map((line) => (
                <span key={line}>
                  {line}
                  <br />
                </span>
              ))}
            </ChangeLine>
          ) : (
            <NativeSelect
              data-autofocus
              label={t.what}
              data={choices}
              value={kind}
              onChange={(event) => setKind(event.currentTarget.value)}
            />
          )}
          {!draft && kind.startsWith('rule ') && <PercentField value={percent} onChange={setPercent} />}
          <WhenField value={when} error={problem?.about('at')} onChange={setWhen} />
          <Textarea
            label={text.app.reason}
            description={text.app.reasonHint}
            required
            withAsterisk={false}
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            error={problem?.about('reason')}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Text fz="sm" className="muted">
            {t.promise}
          </Text>
          {save.error && !problem?.about('at') && (
            <Text c="var(--bad)" role="alert">
              {explain(save.error)}
            </Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {text.app.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={Number.isNaN(at) || reason.trim() === ''}>
              {Number.isNaN(at) ? t.submit : t.submitAt(scheduledWords({ change: change as never }, state.rules), shortTime(at))}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function choicesOf({ state }: StateRow): { value: string; label: string }[] {
  return [
    state.enabled ? { value: 'off', label: t.choices.off } : { value: 'on', label: t.choices.on },
    ...state.rules.map((rule, index) => ({ value: `rule ${rule.id}`, label: t.choices.percent(index + 1, ruleWords(rule)) })),
    state.killed === null ? { value: 'kill', label: t.choices.kill } : { value: 'restore', label: t.choices.restore },
  ];
}

function changeOf(kind: string, percent: number): Schedulable {
  if (kind === 'kill' || kind === 'restore') return { kind };
  if (kind.startsWith('rule ')) return { kind: 'percent', rule: kind.slice(5), percent };
  return { kind: 'edit', edit: { enabled: kind === 'on' } };
}

/** Only what differs, so that other parts may move meanwhile. */
function editOf({ base, targeting }: NonNullable<Props['draft']>): Schedulable {
  const [was, is] = [sent(base), sent(targeting)];
  const names = Object.keys(is) as (keyof Targeting)[];
  const changed = names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  return { kind: 'edit', edit: Object.fromEntries(changed.map((name) => [name, is[name]])) as Partial<Targeting> };
}
