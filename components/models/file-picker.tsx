"use client";
import { FileUp, FolderUp } from "lucide-react";
import { useRef } from "react";
import { type Picked, pickModelFiles } from "#components/models/picked-files.ts";
import { Banner } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { formatBytes } from "#components/ui/format.ts";

const mostListed = 12;

/** Choose a folder or files, or drop files; says which of them make the model, or why none do. */
export function FilePicker({ picked, onPick }: { picked: Picked | null; onPick: (picked: Picked) => void }) {
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const take = (list: FileList | null) => list && list.length > 0 && onPick(pickModelFiles([...list]));
  return (
    <div className="grid gap-3">
      <section
        aria-label="Drop files here"
        className="grid justify-items-center gap-3 rounded-md border border-line-strong border-dashed px-4 py-6 text-center"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          take(event.dataTransfer.files);
        }}
      >
        <p className="text-ink-2">Drop the model's files here, or choose them.</p>
        <div className="flex flex-wrap justify-center gap-2">
          <Button icon={<FolderUp aria-hidden />} onClick={() => folder.current?.click()}>
            Choose a folder
          </Button>
          <Button icon={<FileUp aria-hidden />} onClick={() => files.current?.click()}>
            Choose files
          </Button>
        </div>
        <input
          ref={(input) => {
            folder.current = input;
            input?.setAttribute("webkitdirectory", "");
          }}
          type="file"
          multiple
          aria-label="Model folder"
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => take(event.target.files)}
        />
        <input
          ref={files}
          type="file"
          multiple
          aria-label="Model files"
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => take(event.target.files)}
        />
      </section>
      {picked && "refused" in picked && (
        <Banner tone="bad" title="These files make no base model">
          {picked.refused}
        </Banner>
      )}
      {picked && "files" in picked && (
        <ul className="grid gap-1 text-xs" aria-label="Files that will be sent">
          {picked.files.slice(0, mostListed).map(({ path, file }) => (
            <li key={path} className="flex justify-between gap-4">
              <span className="min-w-0 truncate font-mono">{path}</span>
              <span className="whitespace-nowrap text-ink-3 tabular-nums">{formatBytes(file.size)}</span>
            </li>
          ))}
          {picked.files.length > mostListed && (
            <li className="text-ink-3">and {picked.files.length - mostListed} more</li>
          )}
        </ul>
      )}
    </div>
  );
}
