import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a sha256 in lower-case hex");

/** Stored bytes whose users are wanted. */
export const BlobRefs = z.object({ sha256: z.array(sha256).max(500) });
