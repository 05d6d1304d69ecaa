import { describe, test } from "node:test";
import { inboxMock } from "bookingsync-inbox-mock/node-test";
import behaviours from "./behaviours.js";

behaviours({ test, describe, inboxMock });
