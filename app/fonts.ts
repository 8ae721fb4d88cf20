import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";

/** The classes of <html> that define the console's two fonts. */
export const fontClasses = `${GeistSans.variable} ${GeistMono.variable}`;
