/** A part may have this many bytes: longer bodies meet time limits of servers and proxies. */
export const partBytes = 32 * 2 ** 20;

/** An upload that nobody goes on with for so long is swept. */
export const expiresAfterDays = 7;

/** A finished upload that a dataset or a model was made of is needed only for a call that is made again. */
export const keptAfterUseMinutes = 60;

/** Bytes of an upload that is still being sent come more often than this; after it, it has broken off. */
export const quietAfterSeconds = 30;
