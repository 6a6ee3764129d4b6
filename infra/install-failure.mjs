// What went wrong while installing, in a sentence, from what npm or pnpm printed.

const kinds = [
  {
    pattern: /ENOSPC|no space left on device/i,
    message: ({ root }) => `The disk is full: installing into ${root} stopped.`,
    hint: "Free at least 2 GB there and run the same command again.",
  },
  {
    pattern: /EACCES|EPERM|EROFS|permission denied|read-only file system/i,
    message: ({ root }) => `Cannot write to ${root} or to the package cache.`,
    hint: "Clone the repository into a folder that belongs to you, or give this user the right to write there.",
  },
  {
    pattern: /CERT_|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|unable to (get|verify)|invalid peer certificate|UnknownIssuer/i,
    message: ({ registry }) => `The certificate of the package registry (${registry}) is not trusted here.`,
    hint: "Behind a company proxy, set NODE_EXTRA_CA_CERTS to the file of its root certificate.",
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|META_FETCH_FAIL|error sending request|dns error|network/i,
    message: ({ registry }) => `Cannot reach the package registry (${registry}), which the first start needs.`,
    hint: "Check the network and the proxy settings (HTTPS_PROXY), or name another registry with npm_config_registry.",
  },
  {
    pattern: /ENOENT.*npm|spawn npm ENOENT/,
    message: () => "npm was not found.",
    hint: "Install npm (it comes with Node) and run the same command again.",
  },
  {
    pattern: /ERR_PNPM_OUTDATED_LOCKFILE|frozen-lockfile/i,
    message: () => "pnpm-lock.yaml does not match the package.json files.",
    hint: "After a change of dependencies, run pnpm install once and commit the lock file.",
  },
];

/**
 * @param {{ output: string, root: string }} failure
 * @returns {{ message: string, hint: string }}
 */
export function explainInstallFailure({ output, root }) {
  const registry = process.env.npm_config_registry || "https://registry.npmjs.org/";
  const tail = output.trimEnd().split("\n").slice(-8).join("\n");
  const kind = kinds.find(({ pattern }) => pattern.test(output));
  if (kind === undefined) return { message: "Installing failed. The last lines were:", hint: tail };
  return { message: kind.message({ root, registry }), hint: `${kind.hint}\nThe last lines were:\n${tail}` };
}
