const { inboxMock } = require("bookingsync-inbox-mock/jest");

require("./behaviours.js")({ test, describe, inboxMock });
