"""Faults of webhooks: lost, late, repeated, in the wrong order, out of date, with a wrong signature, or written otherwise."""

from inbox_mock.faults.declaration import DeliveryEffect, Signed, WebhookFault, duration

FAULTS = (
    WebhookFault(kind="lost", says="it never comes", effect=lambda _: DeliveryEffect(lost=True)),
    WebhookFault(
        kind="delayed",
        says="it comes late (`by`: 10m, if left out)",
        options={"by": duration("10m", "how late it comes")},
        effect=lambda options: DeliveryEffect(delay=options["by"]),
    ),
    WebhookFault(kind="duplicated", says="it comes twice", effect=lambda _: DeliveryEffect(copies=2)),
    WebhookFault(
        kind="burst",
        says="it comes many times: so many `copies` (10, if left out)",
        options={"copies": {"type": "integer", "minimum": 2, "maximum": 200, "default": 10, "description": "how many, from 2 to 200"}},
        effect=lambda options: DeliveryEffect(copies=options["copies"]),
    ),
    WebhookFault(
        kind="reordered",
        says="it comes after the next one to the same address, or, if there is none `within` 10m, after that",
        options={"within": duration("10m", "how long it waits for the next one")},
        effect=lambda options: DeliveryEffect(overtaken=True, delay=options["within"]),
    ),
    WebhookFault(
        kind="stale",
        says="it tells of the record as the webhook before it did, or as it was when the fault was set; of a new one it cannot",
        effect=lambda _: DeliveryEffect(),
        older=True,
        keeps_past=True,
    ),
    WebhookFault(
        kind="forged",
        says="its signature is made with a wrong secret",
        effect=lambda _: DeliveryEffect(signed=Signed.WITH_A_WRONG_SECRET),
    ),
    WebhookFault(kind="unsigned", says="it has no signature", effect=lambda _: DeliveryEffect(signed=Signed.NOT_AT_ALL)),
    WebhookFault(
        kind="tampered",
        says="its signature is a genuine one, of another body",
        effect=lambda _: DeliveryEffect(signed=Signed.FOR_ANOTHER_BODY),
    ),
    WebhookFault(
        kind="near_miss",
        says="its signature differs in a few digits from the right one: the first, the middle or the last ones",
        effect=lambda _: DeliveryEffect(signed=Signed.NEARLY),
    ),
    WebhookFault(
        kind="replayed",
        says="its signature is that of an earlier webhook, over another body; of another body of its own, if there was none",
        effect=lambda _: DeliveryEffect(signed=Signed.AS_ONE_BEFORE),
    ),
    WebhookFault(
        kind="cut_short",
        says="of its signature come the first eight digits only, which are right",
        effect=lambda _: DeliveryEffect(signed=Signed.CUT_SHORT),
    ),
    WebhookFault(
        kind="respelled",
        says="its JSON is written with other blanks, escapes and order of keys than usual; it is signed rightly",
        effect=lambda _: DeliveryEffect(signed=Signed.RESPELLED),
    ),
)
