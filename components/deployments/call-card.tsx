"use client";
import { useState } from "react";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { cn } from "#components/ui/cn.ts";
import { CodeWell } from "#components/ui/code-well.tsx";

const languages = ["curl", "Python", "TypeScript"] as const;

/** How a client calls it: the three ways people copy. */
export function CallCard({ name, apiUrl, slug }: { name: string; apiUrl: string; slug: string }) {
  const [language, setLanguage] = useState<(typeof languages)[number]>("curl");
  const code = snippets[language](name, apiUrl);
  return (
    <Card
      title="Call it"
      aside={
        <fieldset aria-label="Language" className="flex gap-3">
          {languages.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === language}
              onClick={() => setLanguage(one)}
              className={cn("rounded-sm hover:text-ink", one === language && "font-medium text-ink")}
            >
              {one}
            </button>
          ))}
        </fieldset>
      }
    >
      <div className="grid gap-2">
        <CodeWell copy={code} label={`${language} code`}>
          {code}
        </CodeWell>
        <p className="text-ink-3 text-xs">
          Any OpenAI client works. The key needs the scope inference:{" "}
          <TextLink href={`/${slug}/settings/keys`}>create one</TextLink>. Send <code className="font-mono">user</code>{" "}
          to keep each of your users on one revision.
        </p>
      </div>
    </Card>
  );
}

const snippets: Record<(typeof languages)[number], (name: string, apiUrl: string) => string> = {
  curl: (name, apiUrl) => `curl ${apiUrl}/chat/completions \\
  -H "Authorization: Bearer $FORGE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${name}", "messages": [{"role": "user", "content": "Hello"}]}'`,
  Python: (name, apiUrl) => `import os
from openai import OpenAI

client = OpenAI(base_url="${apiUrl}", api_key=os.environ["FORGE_API_KEY"])
answer = client.chat.completions.create(
    model="${name}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
  TypeScript: (name, apiUrl) => `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${apiUrl}", apiKey: process.env.FORGE_API_KEY });
const answer = await client.chat.completions.create({
  model: "${name}",
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.choices[0]?.message.content);`,
};
