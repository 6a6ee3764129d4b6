import { LogOut } from "lucide-react";
import { cookies } from "next/headers";
import Link from "next/link";
import type { ReactNode } from "react";
import { getPerson, listOwnProjects } from "../../data/viewer.ts";
import { Logo } from "../../shell/logo.tsx";
import { Navigation } from "../../shell/navigation.tsx";
import { ProjectChooser } from "../../shell/project-chooser.tsx";
import { Palette } from "../../shell/palette.tsx";
import { signOut } from "../../shell/sign-out.ts";
import { themeOf } from "../../shell/theme.ts";
import { ThemeSwitch } from "../../shell/theme-switch.tsx";

export default async function AppLayout({ children }: { children: ReactNode }) {
  const viewer = await getPerson();
  const projects = await listOwnProjects();
  const theme = themeOf((await cookies()).get("theme")?.value);
  return (
    <div className="md:grid md:grid-cols-[12.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-20 rounded-md bg-surface px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-10 flex items-center gap-3 border-b border-line bg-surface px-3 py-2 md:h-dvh md:flex-col md:items-stretch md:border-r md:border-b-0 md:py-4">
        <Link
          href="/"
          prefetch={false}
          className="flex items-center gap-2 rounded-md px-2 font-semibold tracking-tight"
        >
          <Logo />
          <span className="max-sm:sr-only">Tachograph</span>
        </Link>
        <ProjectChooser projects={projects} />
        <div className="min-w-0 overflow-x-auto md:mt-3 md:flex-1 md:overflow-visible">
          <Navigation />
        </div>
        <div className="ml-auto flex shrink-0 items-center gap-2 md:ml-0 md:flex-col md:items-stretch">
          <Palette />
          <div className="flex items-center justify-between gap-2 max-md:hidden">
            <ThemeSwitch initial={theme} />
          </div>
          <form action={signOut} className="flex items-center justify-between gap-2">
            <span className="truncate px-2 text-xs text-soft max-md:hidden">{viewer.name}</span>
            <button
              type="submit"
              aria-label="Sign out"
              title="Sign out"
              className="rounded-md p-1.5 text-soft hover:bg-raised hover:text-ink"
            >
              <LogOut size={15} aria-hidden />
            </button>
          </form>
        </div>
      </header>
      <main id="content" className="min-w-0 px-3 py-4 sm:px-5 md:py-5">
        {children}
      </main>
    </div>
  );
}
