import { test } from "vitest";
import {
  a,
  chat,
  chatWithSystem,
  context,
  type Expected,
  expectDocumented,
  gpt,
  human,
  pair,
  s,
  u,
  unused,
} from "#server/datasets/shapes/documented.fixture.ts";

/** As documented.test.ts, for LLaMA-Factory's data/README, ms-swift's Custom-dataset and torchtune's basics. */
const documented: [owner: string, row: unknown, expected: Expected][] = [
  [
    "LLaMA-Factory alpaca",
    { instruction: "q", input: "i", output: "good", system: "sys", history: [["p", "o"]] },
    { becomes: { messages: [s("sys"), u("p"), a("o"), u("q\n\ni"), a("good")] } },
  ],
  [
    "LLaMA-Factory preference",
    { instruction: "q", input: "i", chosen: "good", rejected: "bad" },
    { becomes: { ...pair, prompt: [u("q\n\ni")] } },
  ],
  [
    "LLaMA-Factory KTO",
    { instruction: "q", input: "", output: "bad", kto_tag: false },
    { becomes: { prompt: [u("q")], completion: [a("bad")], label: false } },
  ],
  [
    "LLaMA-Factory sharegpt KTO",
    { conversations: [human("q"), gpt("good")], kto_tag: true },
    { becomes: { prompt: [u("q")], completion: [a("good")], label: true } },
  ],
  [
    "LLaMA-Factory sharegpt with system and tools",
    { conversations: [human("q"), gpt("good")], system: "sys", tools: "[]" },
    { becomes: chatWithSystem, notes: [unused("tools")] },
  ],
  [
    "LLaMA-Factory tool turns",
    {
      conversations: [
        human("q"),
        { from: "function_call", value: "{}" },
        { from: "observation", value: "1" },
        gpt("good"),
      ],
    },
    { problem: "tool_turn" },
  ],
  [
    "LLaMA-Factory sharegpt preference",
    { conversations: [human("q")], chosen: gpt("good"), rejected: gpt("bad") },
    { becomes: pair },
  ],
  [
    "LLaMA-Factory images",
    { conversations: [human("<image>q"), gpt("good")], images: ["a.jpg"] },
    { problem: "media" },
  ],
  [
    "LLaMA-Factory videos",
    { conversations: [human("<video>q"), gpt("good")], videos: ["a.mp4"] },
    { problem: "media" },
  ],
  [
    "LLaMA-Factory audios",
    { conversations: [human("<audio>q"), gpt("good")], audios: ["a.wav"] },
    { problem: "media" },
  ],
  ["LLaMA-Factory openai", { messages: [s("sys"), u("q"), a("good")] }, { becomes: chatWithSystem }],

  [
    "ms-swift sharegpt",
    { system: "sys", conversation: [{ human: "q", assistant: "good" }] },
    { becomes: chatWithSystem },
  ],
  ["ms-swift alpaca", { system: "sys", instruction: "q", input: "", output: "good" }, { becomes: chatWithSystem }],
  [
    "ms-swift query-response",
    { system: "sys", query: "q", response: "good", history: [["p", "o"]] },
    { becomes: { messages: [s("sys"), u("p"), a("o"), u("q"), a("good")] } },
  ],
  ["ms-swift pre-training", { messages: [a("I love music")] }, { problem: "roles_out_of_order" }],
  ["ms-swift a system column beside messages", { ...chat, system: "sys" }, { becomes: chatWithSystem }],
  [
    "ms-swift a system column and another system turn",
    { ...chatWithSystem, system: "other" },
    { becomes: chatWithSystem, notes: ["1 row has a system column and a system turn that differ: the turn is used"] },
  ],
  [
    "ms-swift loss by turn",
    { messages: [u("p"), { ...a("o"), loss: false }, u("q"), { ...a("good"), loss: true }] },
    {
      becomes: { messages: [u("p"), context("o"), u("q"), a("good")] },
      notes: ["1 row has assistant turns with weight 0: kept as context, not learnt"],
    },
  ],
  ["ms-swift channel", { ...chat, channel: "general" }, { becomes: chat, notes: [unused("channel")] }],
  ["ms-swift DPO", { ...chat, rejected_response: "bad" }, { becomes: pair }],
  ["ms-swift DPO of conversations", { ...chat, rejected_messages: [u("q"), a("bad")] }, { becomes: pair }],
  ["ms-swift KTO", { ...chat, label: true }, { becomes: { prompt: [u("q")], completion: [a("good")], label: true } }],
  ["ms-swift GRPO", { messages: [s("sys"), u("q")], solution: "x" }, { problem: "last_not_assistant" }],
  ["ms-swift classification", { messages: [u("So happy")], label: 1 }, { problem: "label_not_boolean" }],
  ["ms-swift several classes", { messages: [u("So happy")], label: [1, 3] }, { problem: "label_not_boolean" }],
  [
    "ms-swift agent",
    {
      tools: "[]",
      messages: [u("q"), { role: "tool_call", content: "{}" }, { role: "tool_response", content: "1" }, a("good")],
    },
    { problem: "tool_turn" },
  ],
  [
    "ms-swift grounding",
    { ...chat, images: ["a.jpg"], objects: { ref: ["a dog"], bbox: [[1, 2, 3, 4]] } },
    { problem: "media" },
  ],

  [
    "torchtune a bare list of turns",
    [u("q"), a("good")],
    {
      becomes: chat,
      notes: ["1 row is a list of turns without an object: read as messages"],
    },
  ],
  ["torchtune chat", { conversations: [human("q"), gpt("good")] }, { becomes: chat }],
  [
    "torchtune messages with a mask",
    {
      messages: [
        { ...u("q"), masked: true },
        { ...a("good"), masked: false },
      ],
    },
    { becomes: chat },
  ],
  [
    "torchtune tool returns",
    { messages: [u("q"), { role: "ipython", content: "1" }, a("good")] },
    { problem: "tool_turn" },
  ],
  ["torchtune instruct", { input: "q", output: "good" }, { becomes: { prompt: "q", completion: "good" } }],
  ["torchtune instruct with other names", { incorrect: "q", correct: "a" }, { maps: ["incorrect", "correct"] }],
  [
    "torchtune preference",
    { chosen_conversations: [u("q"), a("good")], rejected_conversations: [u("q"), a("bad")] },
    { becomes: pair },
  ],
  [
    "torchtune preference that differs early",
    { chosen: [u("q"), a("x"), u("y"), a("z")], rejected: [u("q"), a("bad")] },
    { problem: "answer_of_several_turns" },
  ],
  ["torchtune multimodal", { image: "a.jpg", conversations: [human("<image>q"), gpt("good")] }, { problem: "media" }],
];

test.each(documented)("%s", (_owner, row, expected) => expectDocumented(row, expected));
