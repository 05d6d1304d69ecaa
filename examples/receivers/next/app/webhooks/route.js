// Receive webhooks with Next.
import { status } from "../../../signature.mjs";

export async function POST(request) {
  const body = Buffer.from(await request.arrayBuffer());
  return new Response(null, { status: status(body, request.headers.get("X-Content-Signature")) });
}
