import type { Metadata } from "next";
import type { ReactNode } from "react";
import { SettingsTabs } from "../../../settings/settings-tabs.tsx";
import { PageHeader } from "../../../ui/page-header.tsx";

export const metadata: Metadata = { title: "Settings" };

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHeader title="Settings" />
      <SettingsTabs />
      {children}
    </>
  );
}
