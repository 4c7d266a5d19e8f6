import type { Role } from '@burgee/server/api';
import { Select, Text } from '@mantine/core';
import { people as t } from '../text/people.ts';

interface Props {
  readonly value: Role;
  readonly disabled?: boolean;
  readonly error?: string | undefined;
  onChange(role: Role): void;
}

/** What somebody may do, and what that means. */
export function RoleField({ value, disabled = false, error, onChange }: Props) {
  return (
    <div>
      <Select
        label={t.form.role}
        allowDeselect={false}
        disabled={disabled}
        data={Object.entries(t.roles).map(([role, label]) => ({ value: role, label }))}
        value={value}
        error={error}
        onChange={(next) => next && onChange(next as Role)}
      />
      <Text fz="sm" mt={6} className="muted">
        {t.roleHints[value]}
      </Text>
    </div>
  );
}
