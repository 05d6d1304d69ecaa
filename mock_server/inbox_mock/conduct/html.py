"""The report as one self-contained page, without scripts or other resources."""

from collections.abc import Iterable
from html import escape
from itertools import groupby

from inbox_mock.conduct.evaluation import JSON
from inbox_mock.conduct.text import MOST, called, headline, remarkable, world_of
from inbox_mock.domain.values import printable

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #5b6675; --paper: #fff; --box: #f4f6f8; --line: #d9dee4;
  --error: #b3261e; --note: #8a5a00; --clean: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --quiet: #9aa5b4; --paper: #14181e; --box: #1d232b;
  --line: #343c47; --error: #ff8a80; --note: #f2c063; --clean: #7fd6a0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; } h3 { font-size: 1rem; margin: 0; }
.errors, .error { color: var(--error); } .notes, .note { color: var(--note); } .clean { color: var(--clean); }
.quiet { color: var(--quiet); } p { margin: .35rem 0; }
article { border: 1px solid var(--line); border-left: .3rem solid currentColor; border-radius: .4rem; padding: .9rem 1.1rem;
  margin: .9rem 0; }
article > * { color: var(--ink); } article h3 .code { color: var(--error); } article.note h3 .code { color: var(--note); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
td.request { overflow-wrap: anywhere; } code { font: .9em ui-monospace, monospace; background: var(--box); padding: .05rem .3rem; }
tbody tr:nth-child(odd) { background: var(--box); } dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
"""


def render(report: JSON) -> str:
    """Return the report as a page."""
    alone = "reports" not in report
    return page(
        headline(report),
        report["verdict"],
        [*(_about(report) if alone else []), *_broken(report)],
        [*(part for one in remarkable(report) for part in _violations(one, alone=alone)), *_rules(report), *_assumed(report)],
        f"Next: <code>{text(report['replay'])}</code>" if report["replay"] else "",
    )


def page(title: str, verdict: str, above: Iterable[str], sections: Iterable[str], below: str) -> str:
    """Return a page: the title in the colour of the verdict, what is said of it, sections, and a last line; all but the title is HTML."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">""",
        f"<title>{text(title)}</title><style>{STYLE}</style></head><body>",
        f'<header><h1 class="{text(verdict)}">{text(title)}</h1>',
        *above,
        "</header><main>",
        *sections,
        f'</main><footer><p class="quiet">{below}</p></footer></body></html>',
    ]
    return "\n".join(parts) + "\n"


def text(found: object) -> str:
    """Return a value as the text of a page."""
    return escape(printable(str(found)))


def _broken(report: JSON) -> list[str]:
    return [f'<p class="error"><strong>Broken:</strong> {text(broken)}</p>' for broken in report["broken"]]


def _about(report: JSON) -> list[str]:
    about = f"Sandbox {text(called(report))}, {text(world_of(report))}, at {text(report['now'])}"
    lost = f"The oldest {text(report['lost'])} entries are no longer in the journal: what they would show is not judged."
    return [f'<p class="quiet">{about}</p>', *([f"<p>{lost}</p>"] if report["lost"] else [])]


def _violations(report: JSON, *, alone: bool) -> list[str]:
    if alone and not report["violations"]:
        return []
    shown = [] if alone else _about(report)
    for code, violations in groupby(report["violations"], key=lambda violation: violation["code"]):
        found = list(violations)
        shown += [_violation(violation) for violation in found[:MOST]]
        if len(found) > MOST:
            shown.append(f'<p class="quiet">... and {len(found) - MOST} more of {text(code)}</p>')
    return ["<section><h2>What the client did</h2>", *shown, "</section>"]


def _violation(violation: JSON) -> str:
    evidence = violation["evidence"]
    shown = evidence if len(evidence) <= MOST else [*evidence[: MOST - 1], evidence[-1]]
    rows = "".join(_row(entry) for entry in shown)
    more = f'<p class="quiet">{len(evidence) - len(shown)} more entries in between</p>' if len(shown) < len(evidence) else ""
    severity = f"{violation['severity']}, allowed" if violation["allowed"] else violation["severity"]
    code, title = text(violation["code"]), text(violation["title"])
    return f"""<article class="{text(violation["severity"])}">
<h3><span class="code">{code}</span> The client {title}. <span class="quiet">({text(severity)})</span></h3>
<p>It {text(violation["about"])}.</p>
<div class="scroll"><table><thead><tr><th>entry</th><th>at</th><th>request</th><th>status</th></tr></thead>
<tbody>{rows}</tbody></table></div>{more}
<dl><dt>Why</dt><dd>{text(violation["why"])} <span class="quiet">({text(violation["source"])})</span></dd>
<dt>Fix</dt><dd>{text(violation["fix"])}</dd></dl></article>"""


def _row(entry: JSON) -> str:
    query = f"?{entry['query']}" if entry["query"] else ""
    status = "no answer" if entry["status"] is None else entry["status"]
    why = f'<br><span class="quiet">{text(entry["why"])}</span>' if entry["why"] else ""
    request = f"{entry['method']} {entry['path']}{query}"
    return (
        f"<tr><td>{text(entry['id'])}</td><td>{text(entry['at'])}</td>"
        f'<td class="request"><code>{text(request)}</code>{why}</td><td>{text(status)}</td></tr>'
    )


def _rules(report: JSON) -> list[str]:
    rows = [
        f"<tr><td><code>{text(rule['code'])}</code></td><td>{text(rule['title'])}</td><td>{text(rule['severity'])}</td>"
        f"<td>{text(rule['not_judged'] or rule['violations'] or 'none')}</td></tr>"
        for rule in report["rules"]
    ]
    return [
        "<section><h2>Rules</h2>",
        '<div class="scroll"><table><thead><tr><th>code</th><th>the client ...</th><th>severity</th><th>found</th></tr></thead><tbody>',
        *rows,
        "</tbody></table></div></section>",
    ]


def _assumed(report: JSON) -> list[str]:
    if not report["assumed"]:
        return []
    rows = [
        f"<tr><td>{text(one['seen'])}</td><td>{text(one['behaviour'])}</td><td>{text(one['source'])}</td>"
        f"<td>{'<code>assume.' + text(one['switch']) + '</code>' if one['switch'] else ''}</td></tr>"
        for one in report["assumed"]
    ]
    return [
        "<section><h2>What this run relied on, and no source settles</h2><p>Check it against the real service.</p>",
        '<div class="scroll"><table><thead><tr><th>seen</th><th>behaviour</th><th>why so</th><th>switch</th></tr></thead><tbody>',
        *rows,
        "</tbody></table></div></section>",
    ]
