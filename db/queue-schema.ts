/** BullMQ's tables live beside ours, in a schema of their own. Alone here, so that the console's build leaves migrations out. */
export const queueSchema = "queue";
