export default { test: { include: ["test/suite/vitest.mts", "test/blocks/*.vitest.ts"], root: "." } };
