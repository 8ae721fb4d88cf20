/** The cookie by which `/` finds the project used last. */
export const lastProjectCookie = "forge-project";
