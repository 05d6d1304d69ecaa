export { AdminClient, AdminError } from "./client.js";
export type { Options } from "./fixture.js";
export { fixtureFor, type Runner } from "./fixture.js";
export type { Receiver, WebhookHandler } from "./receivers.js";
export { ConductError, createSandbox, Sandbox } from "./sandbox.js";
export type { Clock, Overrides, Schemas } from "./sandbox.js";
export { startServer, type Server } from "./server.js";
