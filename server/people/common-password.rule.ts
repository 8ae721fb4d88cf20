const mostDecoration = 4;

/**
 * Is it one of the known ones, whatever its case, with up to four digits or signs put around it (`Password123!`), or one
 * known or short piece repeated (`passwordpassword`, `abcabcabcabc`), or a run of neighbours (`1234567890`)?
 */
export function isCommonPassword(password: string, known: ReadonlySet<string>): boolean {
  const text = password.normalize("NFKC").toLowerCase();
  const bare = text.replace(/^[^\p{L}]*|[^\p{L}]*$/gu, "");
  const decoration = text.length - bare.length;
  if (known.has(text) || (decoration <= mostDecoration && known.has(bare))) return true;
  const piece = repeatedPiece(text);
  return (piece !== null && (piece.length <= mostDecoration || known.has(piece))) || isRun(text);
}

/** The e-mail, what stands before its @, or the name, with up to four characters around it. */
export function isTheirOwn(password: string, { email, name }: { email: string; name: string }): boolean {
  const text = plain(password);
  return [email, email.split("@")[0] ?? "", name]
    .map(plain)
    .filter((own) => own.length > mostDecoration)
    .some((own) => text.includes(own) && text.length - own.length <= mostDecoration);
}

function plain(text: string) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

function repeatedPiece(text: string): string | null {
  const at = (text + text).indexOf(text, 1);
  return at < text.length ? text.slice(0, at) : null;
}

/** Each character is the one after (or before) its neighbour; 9 is followed by 0. */
function isRun(text: string) {
  const steps = [...text].map((character, at, all) => stepTo(character, all[at + 1] ?? character)).slice(0, -1);
  return [1, -1].some((step) => steps.every((one) => one === step));
}

function stepTo(from: string, to: string) {
  if (from + to === "90") return 1;
  return from + to === "09" ? -1 : (to.codePointAt(0) ?? 0) - (from.codePointAt(0) ?? 0);
}
