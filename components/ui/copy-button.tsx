"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";

const shownForMs = 1600;

/** Copies `value`; the tick and the spoken "Copied" prove it. With `text` it is a button with words. */
export function CopyButton({ value, label = "Copy", text = false }: { value: string; label?: string; text?: boolean }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await copyText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), shownForMs);
  }
  const icon = copied ? <Check aria-hidden className="text-ok" /> : <Copy aria-hidden />;
  const said = (
    <span role="status" className="sr-only">
      {copied ? "Copied" : ""}
    </span>
  );
  if (text)
    return (
      <>
        <Button size="sm" icon={icon} onClick={() => void copy()}>
          {copied ? "Copied" : label}
        </Button>
        {said}
      </>
    );
  return (
    <>
      <IconButton label={label} size="icon-sm" onClick={() => void copy()}>
        {icon}
      </IconButton>
      {said}
    </>
  );
}

/** Over plain HTTP on another machine the clipboard API does not exist: a selected text area still works. */
async function copyText(value: string) {
  if (navigator.clipboard) return navigator.clipboard.writeText(value);
  const area = document.createElement("textarea");
  area.value = value;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
