"use client";
import { createContext, useContext } from "react";

export type FieldControl = { id: string; describedBy: string | undefined; invalid: boolean; required: boolean };

export const FieldContext = createContext<FieldControl | undefined>(undefined);

/** What a control inside a Field must carry: its id, what describes it, and whether it is wrong. */
export function useFieldProps(own: { id?: string | undefined }) {
  const field = useContext(FieldContext);
  if (!field) return own.id ? { id: own.id } : {};
  return {
    id: own.id ?? field.id,
    "aria-describedby": field.describedBy,
    "aria-invalid": field.invalid || undefined,
    "aria-required": field.required || undefined,
  };
}
