import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { themeOf } from "../shell/theme.ts";
import { ClockProvider } from "../time/clock.tsx";
import { isTimeZone } from "../time/format-instant.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Tachograph", template: "%s · Tachograph" },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = { colorScheme: "light dark" };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  const zone = jar.get("tz")?.value ?? "UTC";
  return (
    <html lang="en" data-theme={themeOf(jar.get("theme")?.value)}>
      <body className="min-h-dvh bg-canvas text-ink antialiased">
        <ClockProvider zone={isTimeZone(zone) ? zone : "UTC"} nowMs={Date.now()}>
          <NuqsAdapter>{children}</NuqsAdapter>
        </ClockProvider>
      </body>
    </html>
  );
}
