import { expect, test } from "vitest";
import { inspectFile } from "#server/datasets/pass/inspect.ts";
import { noteWords } from "#server/datasets/pass/note.rule.ts";

/**
 * One row of every shape that the owners document, and exactly what becomes of it: TRL's dataset_formats, OpenAI's
 * fine-tuning guide and API schema, axolotl's dataset-formats and rlhf pages (with ShareGPT), LLaMA-Factory's
 * data/README, ms-swift's Custom-dataset, torchtune's basics. `problem` is its code, `notes` what is said about a row
 * that is used.
 */
type Expected = { becomes: unknown; notes?: string[] } | { problem: string } | { maps: string[] };

const u = (content: string) => ({ role: "user", content });
const a = (content: string) => ({ role: "assistant", content });
const s = (content: string) => ({ role: "system", content });
const human = (value: string) => ({ from: "human", value });
const gpt = (value: string) => ({ from: "gpt", value });
const context = (content: string) => ({ ...a(content), weight: 0 });
const pair = { prompt: [u("q")], chosen: [a("good")], rejected: [a("bad")] };
const pairWithSystem = { ...pair, prompt: [s("sys"), u("q")] };
const chat = { messages: [u("q"), a("good")] };
const chatWithSystem = { messages: [s("sys"), u("q"), a("good")] };
const unused = (name: string) => `column "${name}" is not used: 1 row`;

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

async function* fileOf(row: unknown) {
  yield Buffer.from(`${JSON.stringify(row)}\n`);
}

test.each(documented)("%s", async (_owner, row, expected) => {
  let written = "";
  const keep = async (bytes: Buffer) => {
    written += bytes.toString();
  };
  const sinks = { train: keep, validation: keep, setAside: async () => {} };
  const report = await inspectFile(fileOf(row), { sinks });
  if ("maps" in expected) return expect(report.unmapped?.columns.map((column) => column.name)).toEqual(expected.maps);
  if ("problem" in expected) return expect(Object.keys(report.problemCounts)).toEqual([expected.problem]);
  expect(report.problems).toEqual([]);
  expect(JSON.parse(written)).toEqual(expected.becomes);
  expect(report.notes.map(noteWords)).toEqual(expected.notes ?? []);
});
