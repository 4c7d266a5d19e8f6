import type { Day, Freeze } from '@burgee/server/api';
import { ActionIcon, Button, Checkbox, Select, Text, TextInput, Tooltip } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { plans as t } from '../text/plans.ts';
import css from './plans.module.css';

interface Props {
  readonly value: readonly Freeze[];
  about(field: string): string | undefined;
  onChange(value: readonly Freeze[]): void;
}

const DAYS = Object.keys(t.days) as Day[];
const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** From Friday noon over the weekend, where the reader is. */
const weekend = (): Freeze => ({
  days: ['fri', 'sat', 'sun'],
  from: '16:00',
  to: '00:00',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

/** When nothing advances. */
export function FreezeField({ value, about, onChange }: Props) {
  const set = (index: number, part: Partial<Freeze>) =>
    onChange(value.map((window, at) => (at === index ? { ...window, ...part } : window)));
  const toggle = (days: readonly Day[], day: Day): Day[] => DAYS.filter((one) => (one === day) !== days.includes(one));
  return (
    <div className={css.body}>
      {value.map((window, index) => {
        const at = `freeze[${index}]`;
        const n = index + 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: freezes have no identity but their place
          <div key={index} className={css.freeze}>
            <fieldset className={css.days}>
              <legend>{t.freezeDays(n)}</legend>
              {DAYS.map((day) => (
                <Checkbox
                  key={day}
                  label={t.days[day]}
                  checked={window.days.includes(day)}
                  onChange={() => set(index, { days: toggle(window.days, day) })}
                />
              ))}
              {about(`${at}.days`) && (
                <Text c="var(--bad)" fz="sm">
                  {about(`${at}.days`)}
                </Text>
              )}
            </fieldset>
            <TextInput
              type="time"
              label={t.from}
              value={window.from}
              error={about(`${at}.from`)}
              onChange={(event) => set(index, { from: event.currentTarget.value })}
            />
            <TextInput
              type="time"
              label={t.to}
              title={t.toHint}
              value={window.to}
              error={about(`${at}.to`)}
              onChange={(event) => set(index, { to: event.currentTarget.value })}
            />
            <Select
              label={t.zone}
              searchable
              allowDeselect={false}
              limit={60}
              data={ZONES.includes(window.timeZone) ? ZONES : [window.timeZone, ...ZONES]}
              value={window.timeZone}
              error={about(`${at}.timeZone`)}
              onChange={(timeZone) => timeZone && set(index, { timeZone })}
            />
            <Tooltip label={t.removeFreeze(n)}>
              <ActionIcon
                className={css.remove ?? ''}
                variant="subtle"
                color="gray"
                aria-label={t.removeFreeze(n)}
                onClick={() => onChange(value.filter((_, place) => place !== index))}
              >
                <IconX size={16} />
              </ActionIcon>
            </Tooltip>
          </div>
        );
      })}
      {about('freeze') && (
        <Text c="var(--bad)" mb="xs">
          {about('freeze')}
        </Text>
      )}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...value, weekend()])}
      >
        {t.addFreeze}
      </Button>
    </div>
  );
}
