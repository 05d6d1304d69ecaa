// Receive webhooks with NestJS, in JavaScript: each call of a decorator stands where TypeScript has @Controller() and the like.
import "reflect-metadata";
import { Controller, Module, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";

import { PORT, status } from "./signature.mjs";

class Webhooks {
  hear(request, response) {
    response.status(status(request.rawBody, request.headers["x-content-signature"])).end();
  }
}
const method = Object.getOwnPropertyDescriptor(Webhooks.prototype, "hear");
Req()(Webhooks.prototype, "hear", 0);
Res()(Webhooks.prototype, "hear", 1);
Post("webhooks")(Webhooks.prototype, "hear", method);
Controller()(Webhooks);

class App {}
Module({ controllers: [Webhooks] })(App);

const app = await NestFactory.create(App, { rawBody: true });
await app.listen(PORT, "127.0.0.1");
