"use client";
import { useEffect, useRef, useState } from "react";
import { z } from "zod";
import { Answer, emptyAnswer } from "#components/playground/answer.ts";
import { ask } from "#components/playground/ask.ts";
import { callOf, type Draft, type Side, sides, type Turn } from "#components/playground/panes.ts";

const turnsKept = 30;
const Stored = z.array(
  z.object({ id: z.string(), prompt: z.string(), left: Answer.nullable(), right: Answer.nullable() }),
);

export function isBusy(answer: Answer | null | undefined) {
  return answer?.state === "waiting" || answer?.state === "streaming";
}

/** The conversation of both panes: kept in this tab across navigation and reload, answers stopped on leaving. */
export function useTalk(slug: string) {
  const key = `forge.talk.${slug}`;
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [conversation, setConversation] = useState(newName);
  const running = useRef(new Map<string, AbortController>());

  useEffect(() => {
    setTurns(restore(key));
    const calls = running.current;
    return () => {
      for (const call of calls.values()) call.abort();
    };
  }, [key]);

  const busy = turns.some((turn) => sides.some((side) => isBusy(turn[side])));
  useEffect(() => {
    if (turns.length > 0) sessionStorage.setItem(key, JSON.stringify(turns.slice(-turnsKept)));
  }, [key, turns]);

  function put(id: string, side: Side, answer: Answer) {
    setTurns((before) => before.map((turn) => (turn.id === id ? { ...turn, [side]: answer } : turn)));
  }

  function send(draft: Draft) {
    const turn: Turn = { id: newName(), prompt: draft.prompt, left: null, right: null };
    const asked = sides.filter((side) => draft[side].model !== "");
    for (const side of asked) turn[side] = emptyAnswer(draft[side].model);
    setTurns([...turns, turn]);
    for (const side of asked) {
      const { options, ...call } = callOf(draft[side], side, turns, draft.prompt);
      const metadata = { conversation_id: `${conversation}-${side}` };
      const body = { ...call, ...options, stream: true, stream_options: { include_usage: true }, metadata };
      const controller = new AbortController();
      const name = `${turn.id}.${side}`;
      running.current.set(name, controller);
      void ask(slug, body, emptyAnswer(call.model), controller.signal, (answer) => put(turn.id, side, answer)).finally(
        () => running.current.delete(name),
      );
    }
  }

  return {
    turns,
    busy,
    send,
    stop: (side?: Side) => {
      for (const [name, controller] of running.current) if (!side || name.endsWith(`.${side}`)) controller.abort();
    },
    clear: () => {
      for (const controller of running.current.values()) controller.abort();
      sessionStorage.removeItem(key);
      setTurns([]);
      setConversation(newName());
    },
  };
}

/** crypto.randomUUID does not exist over plain http on another machine. */
function newName() {
  return Math.random().toString(36).slice(2);
}

function restore(key: string): Turn[] {
  try {
    const stored = Stored.safeParse(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
    if (!stored.success) return [];
    const ended = (answer: Answer | null) =>
      answer && isBusy(answer) ? { ...answer, state: "stopped" as const } : answer;
    return stored.data.map((turn) => ({ ...turn, left: ended(turn.left), right: ended(turn.right) }));
  } catch {
    return [];
  }
}
