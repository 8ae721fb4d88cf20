import { Bot, Settings2, User } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import type { Turn } from "#server/datasets/shapes/canonical.rule.ts";
import { isRecord } from "#server/text/json.rule.ts";

const roleLooks = {
  system: { word: "System", icon: Settings2, edge: "border-l-line-strong", text: "text-ink-3" },
  user: { word: "User", icon: User, edge: "border-l-ink-3", text: "text-ink-2" },
  assistant: { word: "Assistant", icon: Bot, edge: "border-l-accent", text: "text-accent" },
} as const;

/** A turn of the assistant that carries no loss looks like what it is: context. */
const contextLook = { ...roleLooks.assistant, edge: "border-l-ink-3", text: "text-ink-2" };

/** One canonical example, whatever its shape: chats as turns coloured by role, preferences side by side. */
export function ExampleView({ value }: { value: unknown }) {
  if (!isRecord(value)) return <Text>{JSON.stringify(value)}</Text>;
  if (Array.isArray(value.messages)) return <Turns turns={turnsOf(value.messages)} />;
  if ("label" in value && "completion" in value) {
    const label = value.label === true ? "Good answer" : "Bad answer";
    return (
      <div className="grid gap-2">
        <Turns turns={turnsOf(value.prompt)} />
        <Answer label={label} isGood={value.label === true} turns={turnsOf(value.completion)} />
      </div>
    );
  }
  if ("chosen" in value) {
    return (
      <div className="grid gap-2">
        <Turns turns={turnsOf(value.prompt)} />
        <div className="grid gap-2 md:grid-cols-2">
          <Answer label="Chosen" isGood turns={turnsOf(value.chosen)} />
          <Answer label="Rejected" isGood={false} turns={turnsOf(value.rejected)} />
        </div>
      </div>
    );
  }
  if (typeof value.prompt === "string") {
    return (
      <div className="grid gap-2">
        <Part label="Prompt" edge="border-l-ink-3">
          {value.prompt}
        </Part>
        <Part label="Completion" edge="border-l-accent" labelLook="text-accent">
          {String(value.completion)}
        </Part>
      </div>
    );
  }
  return <Text>{typeof value.text === "string" ? value.text : JSON.stringify(value)}</Text>;
}

function Turns({ turns }: { turns: Turn[] }) {
  return (
    <ol className="grid gap-2">
      {turns.map((turn, index) => {
        const isContext = turn.role === "assistant" && turn.weight === 0;
        const { word, icon: Icon, edge, text } = isContext ? contextLook : roleLooks[turn.role];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: turns never move
          <li key={index} className={cn("grid gap-0.5 border-l-2 pl-2.5", edge)}>
            <span className={cn("flex items-center gap-1 font-medium text-xs", text)}>
              <Icon aria-hidden className="size-3.5" />
              {word}
              {isContext && <span className="font-normal text-ink-3">weight 0: context, not trained on</span>}
            </span>
            <Text>{turn.content}</Text>
          </li>
        );
      })}
    </ol>
  );
}

function Answer({ label, isGood, turns }: { label: string; isGood: boolean; turns: Turn[] }) {
  return (
    <Part label={label} edge={isGood ? "border-l-ok" : "border-l-bad"} labelLook={isGood ? "text-ok" : "text-bad"}>
      {turns.map((turn) => turn.content).join("\n")}
    </Part>
  );
}

function Part({
  label,
  edge,
  labelLook = "text-ink-2",
  children,
}: {
  label: string;
  edge: string;
  labelLook?: string;
  children: ReactNode;
}) {
  return (
    <div className={cn("grid content-start gap-0.5 border-l-2 pl-2.5", edge)}>
      <span className={cn("font-medium text-xs", labelLook)}>{label}</span>
      <Text>{children}</Text>
    </div>
  );
}

function Text({ children }: { children: ReactNode }) {
  return <p className="min-w-0 whitespace-pre-wrap text-ink [overflow-wrap:anywhere]">{children}</p>;
}

function turnsOf(value: unknown): Turn[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((turn: unknown) => {
    if (!isRecord(turn) || typeof turn.content !== "string") return [];
    const { role } = turn;
    if (role !== "system" && role !== "user" && role !== "assistant") return [];
    return [{ role, content: turn.content, ...(turn.weight === 0 ? { weight: 0 as const } : {}) }];
  });
}
