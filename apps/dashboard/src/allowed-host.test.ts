import { expect, test } from "vitest";
import { isAllowedHost } from "./allowed-host.ts";

const url = "https://audit.example.com";

test.each([
  "127.0.0.1:4477",
  "localhost:4477",
  "LOCALHOST",
  "[::1]:4477",
  "audit.example.com",
  "audit.example.com:8443",
])("%s is this dashboard", (host) => {
  expect(isAllowedHost(host, url)).toBe(true);
});

test.each([
  null,
  "",
  "evil.example",
  "127.0.0.1.evil.example",
  "localhost.evil.example:4477",
  "example.com",
  "0.0.0.0:4477",
])("%s is not", (host) => {
  expect(isAllowedHost(host, url)).toBe(false);
});
