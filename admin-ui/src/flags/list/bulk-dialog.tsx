import { Button, Group, Modal, NativeSelect, Stack, TagsInput, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FlagRow } from '../../api/resources.ts';
import { explain, sayDone } from '../../app/toast.ts';
import { text } from '../../text/catalogue.ts';
import { count } from '../../text/format.ts';
import { PercentField } from '../percent-field.tsx';
import { isProduction } from '../targeting.ts';
import { type Bulk, carryOut, needsRule, type Outcome, stepsOf } from './bulk.ts';
import css from './bulk-dialog.module.css';

const t = text.flags.list.bulk;
/** More lines than anybody reads; the number of the others is said. */
const MOST_LINES = 200;

interface Props {
  readonly project: string;
  readonly rows: readonly FlagRow[];
  readonly tags: readonly string[];
  readonly kind: Bulk['kind'];
  onClose(done: boolean): void;
}

/** One confirmation for many flags: what happens to each, then what came of each. */
export function BulkDialog({ project, rows: given, tags, kind, onClose }: Props) {
  // what is being confirmed must not change under the hand; a refused step is tried on the newest rows
  const [rows, setRows] = useState(given);
  const places = rows[0]?.states.map(({ state }) => state.environment) ?? [];
  const [environment, setEnvironment] = useState(places.find(isProduction) ?? places.at(-1) ?? '');
  const [percent, setPercent] = useState(isProduction(environment) ? 10 : 100);
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [working, setWorking] = useState(false);
  const client = useQueryClient();
  const bulk: Bulk =
    kind === 'on'
      ? { kind, environment, percent }
      : kind === 'off'
        ? { kind, environment }
        : kind === 'tags'
          ? { kind, add, remove }
          : { kind };
  const steps = stepsOf(rows, bulk);
  const todo = steps.filter(({ key, run }) => run !== null && outcomes.get(key)?.ok !== true);
  const failed = [...outcomes.values()].filter(({ ok }) => !ok).length;
  const confirm = async () => {
    setWorking(true);
    if (outcomes.size > 0) setRows(given);
    const fresh = outcomes.size > 0 ? stepsOf(given, bulk) : steps;
    const open = new Set(todo.map(({ key }) => key));
    let wrong = 0;
    await carryOut(
      fresh.filter(({ key }) => open.has(key)),
      (key, outcome) => {
        if (!outcome.ok) wrong += 1;
        setOutcomes((before) => new Map(before).set(key, outcome));
      },
    );
    setWorking(false);
    void client.invalidateQueries({ queryKey: ['flags', project] });
    void client.invalidateQueries({ queryKey: ['flag', project] });
    if (wrong > 0) return;
    sayDone(t.done(count(todo.length)));
    onClose(true);
  };
  const needing = kind === 'on' ? rows.filter((row) => needsRule(row, environment)).length : 0;
  const used = [...new Set(rows.flatMap(({ flag }) => flag.tags))].sort();
  const title = t.title[kind](environment);
  return (
    <Modal opened onClose={() => !working && onClose(false)} title={<strong>{title}</strong>} size="lg">
      <Stack gap="md">
        {(kind === 'on' || kind === 'off') && (
          <NativeSelect
            label={t.environment}
            data={places}
            value={environment}
            disabled={working || outcomes.size > 0}
            onChange={(event) => setEnvironment(event.currentTarget.value)}
          />
        )}
        {needing > 0 && (
          <div>
            <Text fz="sm" mb={8}>
              {t.needRule(count(needing))}
            </Text>
            <PercentField value={percent} onChange={setPercent} />
          </div>
        )}
        {kind === 'tags' && (
          <>
            <TagField label={t.add} data={tags} value={add} onChange={setAdd} first />
            <TagField label={t.remove} data={used} value={remove} onChange={setRemove} />
          </>
        )}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <ul className={css.steps} aria-label={t.diff} tabIndex={0}>
          {steps.slice(0, MOST_LINES).map((step) => {
            const outcome = outcomes.get(step.key);
            return (
              <li key={step.key} data-idle={step.run === null} data-outcome={outcome ? String(outcome.ok) : undefined}>
                <span className={css.flag}>{step.name}</span>
                <span className={css.lines}>
                  {step.lines.map((line) => (
                    <span key={line}>{line}</span>
                  ))}
                  {outcome && !outcome.ok && <span role="alert">{explain(outcome.error)}</span>}
                  {outcome?.ok && <span className={css.ok}>{t.ok}</span>}
                </span>
              </li>
            );
          })}
          {steps.length > MOST_LINES && <li>{t.more(count(steps.length - MOST_LINES))}</li>}
        </ul>
        {working && <progress className={css.progress} aria-label={title} max={steps.length} value={outcomes.size} />}
        <Group justify="flex-end" gap="xs">
          {failed > 0 && !working && (
            <Text fz="sm" c="var(--bad)" mr="auto" role="status">
              {t.failed(count(failed))}
            </Text>
          )}
          <Button variant="default" disabled={working} onClick={() => onClose(outcomes.size > 0 && failed === 0)}>
            {outcomes.size > 0 ? text.app.close : text.app.cancel}
          </Button>
          <Button
            data-autofocus={kind === 'tags' ? undefined : true}
            color={kind === 'off' || kind === 'archive' ? 'red' : 'tide'}
            loading={working}
            disabled={todo.length === 0}
            onClick={() => void confirm()}
          >
            {failed > 0 ? t.again(count(todo.length)) : t.confirm[kind](count(todo.length))}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface TagFieldProps {
  readonly label: string;
  readonly data: readonly string[];
  readonly value: string[];
  readonly first?: boolean;
  onChange(tags: string[]): void;
}

/** Suggests only while something is typed: an open list would lie over the button that confirms. */
function TagField({ label, data, value, first = false, onChange }: TagFieldProps) {
  const [typed, setTyped] = useState('');
  return (
    <TagsInput
      data-autofocus={first || undefined}
      label={label}
      data={[...data]}
      value={value}
      onChange={onChange}
      searchValue={typed}
      onSearchChange={setTyped}
      dropdownOpened={typed !== ''}
      splitChars={[',', ' ']}
      acceptValueOnBlur
    />
  );
}
