"use client";
import { Box, CloudDownload, FolderUp } from "lucide-react";
import { cn } from "#components/ui/cn.ts";

export const ways = ["hub", "files", "sample"] as const;
export type Way = (typeof ways)[number];

const words = {
  hub: { icon: CloudDownload, title: "Hugging Face Hub", text: "By its id; downloaded here, pinned to a commit." },
  files: { icon: FolderUp, title: "Files of mine", text: "A folder with safetensors, or one GGUF file." },
  sample: { icon: Box, title: "nano", text: "Our own tiny model: trains in minutes without a GPU." },
} as const satisfies Record<Way, unknown>;

/** Where the base model comes from. */
export function WayChoice({ value, onChange }: { value: Way; onChange: (way: Way) => void }) {
  return (
    <fieldset className="grid gap-2 md:grid-cols-3">
      <legend className="sr-only">Source</legend>
      {ways.map((way) => {
        const { icon: Icon, title, text } = words[way];
        const on = way === value;
        return (
          <label
            key={way}
            className={cn(
              "flex cursor-pointer gap-3 rounded-md border p-3 has-focus-visible:outline-2 has-focus-visible:outline-accent md:flex-col md:gap-2",
              on ? "border-accent bg-accent-soft" : "border-line-strong hover:bg-hover",
            )}
          >
            <input
              type="radio"
              name="way"
              value={way}
              checked={on}
              onChange={() => onChange(way)}
              className="sr-only"
            />
            <Icon aria-hidden className="size-5 shrink-0 stroke-[1.5] text-ink-2" />
            <span className="grid gap-0.5">
              <span className="font-medium">{title}</span>
              <span className="text-ink-2 text-xs">{text}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
