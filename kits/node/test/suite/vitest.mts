import { describe, test } from "vitest";
import { inboxMock } from "bookingsync-inbox-mock/vitest";
import behaviours from "./behaviours.js";

behaviours({ test, describe, inboxMock });
