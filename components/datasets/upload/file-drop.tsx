"use client";
import { FileUp } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { buttonVariants } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";

/** Drop a file here or choose one; the whole field is the label of a real file input, so the keyboard reaches it. */
export function FileDrop({ onFile, disabled }: { onFile: (file: File) => void; disabled?: boolean }) {
  const id = useId();
  const [over, setOver] = useState(false);

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !disabled) onFile(file);
  }

  return (
    <label
      htmlFor={id}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn(
        "grid cursor-pointer justify-items-center gap-1 rounded-lg border border-line-strong border-dashed px-6 py-10 text-center focus-within:outline-2 focus-within:outline-accent",
        over && "border-accent bg-accent-soft",
      )}
    >
      <FileUp aria-hidden className="mb-1 size-6 stroke-[1.5] text-ink-3" />
      <span className="font-medium">Drop a file here</span>
      <span className="text-ink-3 text-xs">JSONL or one JSON array, UTF-8, any size</span>
      <span className={cn(buttonVariants(), "mt-3")}>Choose a file</span>
      <input
        id={id}
        type="file"
        accept=".jsonl,.ndjson,.json,.txt,application/json"
        aria-label="File to upload"
        className="sr-only"
        disabled={disabled}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) onFile(file);
          // the same file may be chosen again, to go on with it
          event.target.value = "";
        }}
      />
    </label>
  );
}
