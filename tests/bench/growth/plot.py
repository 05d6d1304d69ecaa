"""The plot: a panel for each operation, both axes logarithmic, as an SVG that is readable in light and dark."""

from collections.abc import Iterator, Sequence
from math import ceil, log10

from bench.growth import Curve, shown

WIDTH, HEIGHT, ACROSS = 300, 200, 3  # of a panel, and how many are in a row
LEFT, TOP, RIGHT, BOTTOM = 46, 50, 26, 24  # what is around its lines
HEAD = 64
STYLES = {"messages": ("m", ""), "sandboxes": ("s", ' stroke-dasharray="6 4"')}
STYLE = """
  svg { --paper: #ffffff; --ink: #1f2328; --faint: #d1d9e0; --m: #0b57d0; --s: #b3400c }
  @media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #e6edf3; --faint: #30363d; --m: #7cacf8; --s: #ffab70 } }
  text { font: 12px system-ui, sans-serif; fill: var(--ink) } .title { font-size: 14px; font-weight: 600 }
  .grid { stroke: var(--faint) } .end { text-anchor: end } .middle { text-anchor: middle }
  .m { stroke: var(--m); fill: none; stroke-width: 2 } .s { stroke: var(--s); fill: none; stroke-width: 2 }
  text.m, circle.m { fill: var(--m); stroke: none } text.s, circle.s { fill: var(--s); stroke: none }
"""
TITLE = "How the cost of each operation grows"
DESCRIPTION = """The processor's time of each operation as a ratio to the smallest size, by how many times as many messages or sandboxes \
there are; both axes are logarithmic. {told}."""


def drawn(found: Sequence[Curve]) -> str:
    """The picture of some curves; those of one operation share a panel."""
    panels: dict[str, list[Curve]] = {}
    for curve in found:
        panels.setdefault(curve.operation, []).append(curve)
    widest = max(ceil(log10(max(curve.ratios) / min(curve.ratios))) for curve in found)
    highest = max(1, *(ceil(log10(max(curve.ratios.values()))) for curve in found))
    width, height = WIDTH * ACROSS, HEAD + HEIGHT * ceil(len(panels) / ACROSS)
    told = "; ".join(f"{name}: {', '.join(map(_power, curves))}" for name, curves in panels.items())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">',
        f'<title id="title">{TITLE}</title>',
        f'<desc id="description">{DESCRIPTION.format(told=told)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="var(--paper)"/>',
        f'<text x="{LEFT}" y="24" class="title">{TITLE}: time as a ratio, by how many times as many there are</text>',
        *_legend(),
    ]
    for number, (name, curves) in enumerate(panels.items()):
        lines += [f'<g transform="translate({number % ACROSS * WIDTH} {HEAD + number // ACROSS * HEIGHT})">']
        lines += [*_panel(name, curves, widest, highest), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def _legend() -> Iterator[str]:
    for number, (of, (kind, dashes)) in enumerate(STYLES.items()):
        x = LEFT + number * 220
        yield f'<path class="{kind}" d="M{x} 44h40"{dashes}/><circle class="{kind}" cx="{x + 20}" cy="44" r="3.5"/>'
        yield f'<text x="{x + 50}" y="48">more {of}</text>'


def _panel(name: str, curves: Sequence[Curve], widest: int, highest: int) -> Iterator[str]:
    def x(factor: float) -> float:
        return LEFT + log10(factor) / widest * (WIDTH - LEFT - RIGHT)

    def y(ratio: float) -> float:
        return HEIGHT - BOTTOM - (log10(ratio) + 0.3) / (highest + 0.3) * (HEIGHT - TOP - BOTTOM)

    yield f'<text x="{LEFT}" y="18" class="title">{name}</text>'
    for power in range(widest + 1):
        yield f'<path class="grid" d="M{x(10**power):.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield f'<text x="{x(10**power):.1f}" y="{HEIGHT - 8}" class="middle">{10**power:,}</text>'
    for power in range(highest + 1):
        yield f'<path class="grid" d="M{LEFT} {y(10**power):.1f}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 6}" y="{y(10**power) + 4:.1f}" class="end">{10**power:,}</text>'
    for number, curve in enumerate(curves):
        kind, dashes = STYLES[curve.of]
        points = [(x(size / min(curve.ratios)), y(ratio)) for size, ratio in curve.ratios.items()]
        yield f'<text x="{LEFT + number * 120}" y="36" class="{kind}">{_power(curve)}</text>'
        yield f'<path class="{kind}"{dashes} d="M{" L".join(f"{across:.1f} {down:.1f}" for across, down in points)}"/>'
        yield from (f'<circle class="{kind}" cx="{across:.1f}" cy="{down:.1f}" r="3.5"/>' for across, down in points)


def _power(curve: Curve) -> str:
    return f"{curve.of}^{shown(curve.exponent)}"
