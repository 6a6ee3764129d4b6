export const themes = ["light", "dark", "system"] as const;
export type Theme = (typeof themes)[number];

export const themeOf = (cookie: string | undefined): Theme => themes.find((theme) => theme === cookie) ?? "system";
