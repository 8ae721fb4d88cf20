import { useProject } from "#components/shell/project-context.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";

/** The call as it will look, with this machine's address. */
export function FromYourCode({ apiUrl, model }: { apiUrl: string; model: string | undefined }) {
  const { slug } = useProject();
  const code = `import os
from openai import OpenAI

client = OpenAI(
  base_url="${apiUrl}",
  api_key=os.environ["FORGE_API_KEY"],
)
client.chat.completions.create(
  model="${model ?? "YOUR_DEPLOYMENT"}",
  messages=[{
    "role": "user",
    "content": "Hello",
  }],
)`;
  return (
    <Card title="From your code" aside={<TextLink href={`/${slug}/settings/keys`}>Keys</TextLink>}>
      <CodeWell copy={code} label="Python call" wrap={false}>
        {code}
      </CodeWell>
    </Card>
  );
}
