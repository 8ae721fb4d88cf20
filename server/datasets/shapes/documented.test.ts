import { test } from "vitest";
import {
  a,
  chat,
  context,
  type Expected,
  expectDocumented,
  gpt,
  human,
  pair,
  pairWithSystem,
  s,
  u,
  unused,
} from "#server/datasets/shapes/documented.fixture.ts";

/**
 * One row of every shape that the owners document, and exactly what becomes of it: TRL's dataset_formats, OpenAI's
 * fine-tuning guide and API schema, axolotl's dataset-formats and rlhf pages (with ShareGPT).
 */
const documented: [owner: string, row: unknown, expected: Expected][] = [
  ["TRL language modeling", { text: "The sky is blue." }, { becomes: { text: "The sky is blue." } }],
  ["TRL language modeling, conversational", { messages: [u("q"), a("good")] }, { becomes: chat }],
  ["TRL prompt-only", { prompt: "The sky is" }, { problem: "prompt_only_row" }],
  ["TRL prompt-only, conversational", { prompt: [u("q")] }, { problem: "prompt_only_row" }],
  [
    "TRL prompt-completion",
    { prompt: "The sky is", completion: " blue." },
    { becomes: { prompt: "The sky is", completion: " blue." } },
  ],
  ["TRL prompt-completion, conversational", { prompt: [u("q")], completion: [a("good")] }, { becomes: chat }],
  [
    "TRL prompt-completion of several turns: only the completion is learnt",
    { prompt: [u("p"), a("o"), u("q")], completion: [a("good")] },
    {
      becomes: { messages: [u("p"), context("o"), u("q"), a("good")] },
      notes: ["1 row has assistant turns with weight 0: kept as context, not learnt"],
    },
  ],
  ["TRL preference", { prompt: "q", chosen: "good", rejected: "bad" }, { becomes: pair }],
  [
    "TRL preference with an implicit prompt",
    { chosen: "The sky is blue.", rejected: "The sky is green." },
    { becomes: { prompt: [u("The sky is")], chosen: [a(" blue.")], rejected: [a(" green.")] } },
  ],
  [
    "TRL preference with an implicit prompt that ends before a character, not in it",
    { chosen: "Mood: 😀", rejected: "Mood: 😁" },
    { becomes: { prompt: [u("Mood:")], chosen: [a(" 😀")], rejected: [a(" 😁")] } },
  ],
  ["TRL preference, conversational", pair, { becomes: pair }],
  [
    "TRL preference, conversational with an implicit prompt",
    { chosen: [u("q"), a("good")], rejected: [u("q"), a("bad")] },
    { becomes: pair },
  ],
  [
    "TRL unpaired preference",
    { prompt: "q", completion: "good", label: true },
    { becomes: { prompt: [u("q")], completion: [a("good")], label: true } },
  ],
  [
    "TRL unpaired preference, conversational",
    { prompt: [u("q")], completion: [a("bad")], label: false },
    { becomes: { prompt: [u("q")], completion: [a("bad")], label: false } },
  ],
  [
    "TRL stepwise supervision",
    { prompt: "9.8 or 9.11?", completions: ["a", "b"], labels: [true, false] },
    { problem: "stepwise_row" },
  ],
  [
    "TRL tool calling",
    {
      messages: [
        u("lights on"),
        { role: "assistant", tool_calls: [{ type: "function", function: { name: "light", arguments: {} } }] },
        { role: "tool", name: "light", content: "on" },
        a("Done!"),
      ],
      tools: [{ type: "function", function: { name: "light" } }],
    },
    { problem: "tool_turn" },
  ],
  [
    "TRL tools that a row does not call",
    { ...chat, tools: [{ type: "function", function: { name: "light" } }] },
    { becomes: chat, notes: [unused("tools")] },
  ],
  [
    "TRL Harmony's thinking",
    { messages: [{ role: "developer", content: "sys" }, u("q"), { ...a("good"), thinking: "hm" }] },
    { problem: "reasoning" },
  ],

  [
    "OpenAI chat with an excluded turn",
    { messages: [s("sys"), u("q"), { ...a("no"), weight: 0 }, u("q"), { ...a("good"), weight: 1 }] },
    {
      becomes: { messages: [s("sys"), u("q"), context("no"), u("q"), a("good")] },
      notes: ["1 row has assistant turns with weight 0: kept as context, not learnt"],
    },
  ],
  [
    "OpenAI chat of excluded turns alone",
    { messages: [u("q"), { ...a("no"), weight: 0 }] },
    { problem: "nothing_learnt" },
  ],
  ["OpenAI chat with a weight between", { messages: [u("q"), { ...a("x"), weight: 0.5 }] }, { problem: "bad_weight" }],
  [
    "OpenAI chat as SDKs dump it",
    {
      messages: [
        { ...u("q"), name: null },
        { ...a("good"), tool_calls: null, function_call: null, refusal: null, audio: null, weight: null },
      ],
      tools: [],
      parallel_tool_calls: null,
    },
    { becomes: chat },
  ],
  [
    "OpenAI named participants",
    { messages: [{ ...u("q"), name: "Ada" }, a("good")] },
    { becomes: chat, notes: ['"name" of turns is not used: 1 row'] },
  ],
  [
    "OpenAI function calls",
    { messages: [u("q"), { role: "assistant", function_call: { name: "f", arguments: "{}" } }], functions: [{}] },
    { problem: "tool_turn" },
  ],
  [
    "OpenAI text parts",
    { messages: [u("q"), { role: "assistant", content: [{ type: "text", text: "good" }] }] },
    { becomes: chat },
  ],
  [
    "OpenAI vision",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }, a("good")] },
    { problem: "not_text" },
  ],
  [
    "OpenAI refusal",
    { messages: [u("q"), { role: "assistant", content: null, refusal: "no" }] },
    { problem: "refusal_turn" },
  ],
  [
    "OpenAI preference",
    { input: { messages: [u("q")], tools: [] }, preferred_output: [a("good")], non_preferred_output: [a("bad")] },
    { becomes: pair },
  ],
  ["OpenAI completions", { prompt: "p", completion: "c" }, { becomes: { prompt: "p", completion: "c" } }],
  ["OpenAI reinforcement", { messages: [u("q")], reference: "x" }, { problem: "last_not_assistant" }],

  ["ShareGPT", { conversations: [human("q"), gpt("good")] }, { becomes: chat }],
  ["axolotl chat_template", { conversations: [u("q"), a("good")] }, { becomes: chat }],
  [
    "axolotl pygmalion",
    {
      conversations: [
        { role: "human", value: "q" },
        { role: "bot", value: "good" },
      ],
    },
    { becomes: chat },
  ],
  [
    "axolotl turns with train",
    {
      conversations: [
        { ...human("p"), train: false },
        { ...gpt("o"), train: false },
        human("q"),
        { ...gpt("good"), train: true },
      ],
    },
    {
      becomes: { messages: [u("p"), context("o"), u("q"), a("good")] },
      notes: ["1 row has assistant turns with weight 0: kept as context, not learnt"],
    },
  ],
  [
    "axolotl user turns with train",
    { conversations: [{ ...human("q"), train: true }, gpt("good")] },
    { becomes: chat, notes: ['1 row marks a turn of the user as learnt ("train"): only the assistant\'s are'] },
  ],
  [
    "axolotl train_detail",
    {
      conversations: [human("q"), { ...gpt("good"), train_detail: [{ begin_offset: 0, end_offset: 2, train: false }] }],
    },
    { problem: "train_detail" },
  ],
  ["axolotl completion", { text: "good" }, { becomes: { text: "good" } }],
  ["axolotl input_output", { segments: [{ label: true, text: "<s>Hello\n" }] }, { problem: "segments_row" }],
  ["axolotl pre-tokenized", { input_ids: [1], attention_mask: [1], labels: [1] }, { problem: "tokenized_row" }],
  ["axolotl stepwise", { prompt: "q", completions: ["a"], labels: [true] }, { problem: "stepwise_row" }],
  ["axolotl alpaca", { instruction: "q", input: "", output: "good" }, { becomes: chat }],
  [
    "axolotl gpteacher",
    { instruction: "q", input: "i", response: "good" },
    { becomes: { messages: [u("q\n\ni"), a("good")] } },
  ],
  [
    "axolotl reflection",
    { instruction: "q", input: "", output: "good", reflection: "r", corrected: "c" },
    { becomes: chat, notes: [unused("reflection"), unused("corrected")] },
  ],
  ["axolotl jeopardy", { question: "q", category: "c", answer: "a" }, { maps: ["question", "category", "answer"] }],
  ["axolotl oasst", { INSTRUCTION: "q", RESPONSE: "a" }, { maps: ["INSTRUCTION", "RESPONSE"] }],
  [
    "axolotl explainchoice",
    { question: "q", choices: ["a"], solution: "a" },
    { maps: ["question", "choices", "solution"] },
  ],
  ["axolotl summarizetldr", { article: "q", summary: "a" }, { maps: ["article", "summary"] }],
  ["axolotl camel_ai", { message_1: "q", message_2: "a" }, { maps: ["message_1", "message_2"] }],
  [
    "axolotl open_orca",
    { system_prompt: "s", question: "q", response: "a" },
    { maps: ["system_prompt", "question", "response"] },
  ],
  ["axolotl context_qa", { article: "x", question: "q", answer: "a" }, { maps: ["article", "question", "answer"] }],
  ["axolotl creative_acr", { instruction: "q", revision: "a" }, { maps: ["instruction", "revision"] }],
  ["axolotl metharme", { prompt: "q", generation: "a" }, { maps: ["prompt", "generation"] }],
  [
    "axolotl argilla",
    { system: "sys", instruction: "q", chosen_response: "good", rejected_response: "bad" },
    { becomes: pairWithSystem },
  ],
  ["axolotl icr", { input: "q", chosen: "good", rejected: "bad" }, { becomes: pair }],
  ["axolotl intel", { system: "sys", question: "q", chosen: "good", rejected: "bad" }, { becomes: pairWithSystem }],
  [
    "axolotl ultra",
    { system: "sys", prompt: "q", chosen: [u("q"), a("good")], rejected: [u("q"), a("bad")] },
    { becomes: pairWithSystem },
  ],
  ["axolotl nectar", { prompt: "q", answers: [{ answer: "good", rank: 1 }] }, { problem: "ranked_answers_row" }],
  ["axolotl chat_template.default", { messages: [u("q")], chosen: a("good"), rejected: a("bad") }, { becomes: pair }],
  [
    "axolotl user-defined KTO",
    { system: "sys", prompt: "q", completion: "good", label: true },
    { becomes: { prompt: [s("sys"), u("q")], completion: [a("good")], label: true } },
  ],
];

test.each(documented)("%s", (_owner, row, expected) => expectDocumented(row, expected));
