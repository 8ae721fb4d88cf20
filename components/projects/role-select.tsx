"use client";
import { roleLabels } from "#components/people/roles.ts";
import { Select } from "#components/ui/select.tsx";
import { type Role, roles } from "#db/enums.ts";

/** Choose a role; each says what it may do. */
export function RoleSelect({
  value,
  onChange,
  label,
  disabled,
}: {
  value: Role;
  onChange: (role: Role) => void;
  /** for screen readers, where no field gives a label */
  label?: string;
  disabled?: boolean;
}) {
  return (
    <Select
      {...(label ? { "aria-label": label } : {})}
      {...(disabled ? { disabled } : {})}
      value={value}
      onValueChange={onChange}
      options={roles.map((role) => ({ value: role, label: roleLabels[role].name, hint: roleLabels[role].may }))}
    />
  );
}
