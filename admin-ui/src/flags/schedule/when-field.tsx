import { Button, TextInput } from '@mantine/core';
import { page } from '../../text/flag-page.ts';
import css from './dialog.module.css';

const t = page.schedule;
const HOUR = 3_600_000;

/** A moment as the field has it, in the reader's time zone: `2027-01-31T09:00`. */
export function fieldOf(at: number): string {
  const moved = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return moved.toISOString().slice(0, 16);
}

/** Tomorrow at nine, and other times that people mean. */
const soon = (now: number): readonly (readonly [string, number])[] => {
  const nine = new Date(now);
  nine.setDate(nine.getDate() + 1);
  nine.setHours(9, 0, 0, 0);
  return [
    [t.inAnHour, now + HOUR],
    [t.tomorrow, nine.getTime()],
  ];
};

interface Props {
  readonly value: string;
  readonly error: string | undefined;
  onChange(value: string): void;
}

/** When: a date and a time of the reader's zone, which is named. */
export function WhenField({ value, error, onChange }: Props) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div>
      <TextInput
        type="datetime-local"
        label={t.when}
        description={t.zone(zone)}
        required
        withAsterisk={false}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div className={css.soon}>
        {soon(Date.now()).map(([name, at]) => (
          <Button key={name} size="compact-xs" variant="default" onClick={() => onChange(fieldOf(at))}>
            {name}
          </Button>
        ))}
      </div>
    </div>
  );
}
