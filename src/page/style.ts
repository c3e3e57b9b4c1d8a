/**
 * How pages look: one style for what `gepo view` serves and for pages that are written into files. Colours follow the
 * system's scheme unless the reader chose one. No address of another host stands in it.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fcfcfb, #121417);
  --raised: light-dark(#ffffff, #181b1f);
  --sunken: light-dark(#f4f4f2, #0e1013);
  --ink: light-dark(#1d2024, #dfe2e6);
  --soft: light-dark(#666c75, #8f96a1);
  --line: light-dark(#e4e5e6, #292d33);
  --strong-line: light-dark(#cdd0d3, #3a4048);
  --accent: light-dark(#1f5fbf, #82aeff);
  --good: light-dark(#1b7a43, #5fc98a);
  --bad: light-dark(#b3261e, #ff8a80);
  --warn: light-dark(#8a5a00, #e5b454);
  --c0: light-dark(#c2570c, #f59e5c);
  --c1: light-dark(#2563c9, #7fb0ff);
  --c2: light-dark(#8b3fc4, #cf9bff);
  --c3: light-dark(#0f766e, #4fd1c5);
  --c4: light-dark(#be185d, #ff8fbf);
  --c5: light-dark(#5b6b12, #c3d35a);
  --c6: light-dark(#7c4a21, #d9a77c);
  --c7: light-dark(#52606d, #aab6c3);
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
:root[data-theme=light] { color-scheme: light }
:root[data-theme=dark] { color-scheme: dark }
.c0 { --hue: var(--c0) } .c1 { --hue: var(--c1) } .c2 { --hue: var(--c2) } .c3 { --hue: var(--c3) }
.c4 { --hue: var(--c4) } .c5 { --hue: var(--c5) } .c6 { --hue: var(--c6) } .c7 { --hue: var(--c7) }
.only { --hue: color-mix(in srgb, var(--accent) 62%, var(--paper)) }
.side0 { --hue: var(--c3) } .side1 { --hue: var(--c0) } .side2 { --hue: var(--c7) }

* { box-sizing: border-box }
html { scroll-padding-top: 4rem }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 var(--sans) }
a { color: var(--accent); text-decoration: none }
a:hover { text-decoration: underline }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px }
h1 { font-size: 1.35rem; line-height: 1.25; font-weight: 650; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere }
h2 { font-size: 1rem; font-weight: 650; margin: 2.2rem 0 .7rem }
h3 { font-size: .95rem; font-weight: 650; margin: 0 }
p { margin: .4rem 0; max-width: 68ch }
code, pre, .mono, kbd { font-family: var(--mono); font-size: 12.5px }
code, .mono { overflow-wrap: anywhere }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4 }
kbd { border: 1px solid var(--strong-line); border-bottom-width: 2px; border-radius: 4px; padding: 0 .35em; background: var(--raised) }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
.soft { color: var(--soft) }
.good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.wide { overflow-x: auto }
.card { background: var(--raised); border: 1px solid var(--line); border-radius: 8px }
.note { border-left: 3px solid var(--strong-line); padding: .1rem 0 .1rem .8rem; color: var(--soft); margin: .8rem 0 }
.swatch { display: inline-block; width: .7em; height: .7em; border-radius: 2px; background: var(--hue); margin-right: .45em }
button, .button { font: inherit; font-size: 13px; color: var(--ink); background: var(--raised); border: 1px solid var(--strong-line);
  border-radius: 6px; padding: .25rem .7rem; cursor: pointer; display: inline-block }
button:hover, .button:hover { border-color: var(--accent); text-decoration: none }
button:disabled { opacity: .55; cursor: default; border-color: var(--strong-line) }

.top { position: sticky; top: 0; z-index: 5; display: flex; align-items: center; gap: 1.4rem; padding: 0 1.5rem; height: 3rem;
  background: color-mix(in srgb, var(--paper) 88%, transparent); backdrop-filter: blur(8px); border-bottom: 1px solid var(--line) }
.top .brand { font-weight: 700; color: var(--ink); letter-spacing: -.02em }
.top .file { color: var(--soft); font-family: var(--mono); font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0 }
.top nav { display: flex; gap: .2rem; height: 100% }
.top nav a { color: var(--soft); padding: 0 .7rem; line-height: 3rem; border-bottom: 2px solid transparent; margin-bottom: -1px }
.top nav a:hover { color: var(--ink); text-decoration: none }
.top nav a[aria-current] { color: var(--ink); font-weight: 600; border-color: var(--accent) }
.top .tools { margin-left: auto; display: flex; gap: .4rem; flex: none }
.top .tools button { border-color: transparent; background: none; color: var(--soft); padding: .2rem .5rem }
.top .tools button:hover { color: var(--ink); border-color: var(--line) }
@media (max-width: 48rem) { .top { gap: .6rem; padding: 0 .8rem } .top .file, .top .brand, .top [data-help] { display: none } .top nav a { padding: 0 .45rem } }
main { padding: 1.5rem; max-width: 110rem; margin: 0 auto }
main.narrow { max-width: 74rem }
dialog { color: inherit; background: var(--raised); border: 1px solid var(--strong-line); border-radius: 10px; padding: 1.2rem 1.6rem; max-width: 30rem }
dialog::backdrop { background: rgb(0 0 0 / .35) }
dialog td { padding: .2rem 1rem .2rem 0 }

.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 1rem; align-items: start }
.chart { margin: 0; padding: .9rem 1rem; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; position: relative; min-width: 0 }
.chart figcaption { margin-bottom: .5rem; font-size: 13px }
.chart > svg { display: block; width: 100%; height: auto; overflow: visible }
.chart .grid { stroke: var(--line); stroke-width: 1 }
.chart .tick { fill: var(--soft); font: 10.5px var(--sans); font-variant-numeric: tabular-nums }
.chart .line { fill: none; stroke: var(--hue); stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round }
.chart .band { fill: var(--hue); opacity: .13 }
.chart .dot { fill: var(--hue) }
.chart .cross { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3 }
.chart rect { fill: var(--hue) }
.chart .tip { position: absolute; pointer-events: none; background: var(--raised); border: 1px solid var(--strong-line); border-radius: 6px; padding: .3rem .55rem; font-size: 12px; white-space: nowrap; z-index: 2; box-shadow: 0 4px 14px rgb(0 0 0 / .12) }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; list-style: none; margin: .5rem 0 0; padding: 0; font-size: 12px }
.bars table { width: 100% }
.bars th { font-weight: 400; text-align: left; padding: .14rem .9rem .14rem 0; font-size: 13px; min-width: 8rem; max-width: 14rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.bars td.bar { width: 100%; vertical-align: middle } .bars td.bar svg { display: block; margin: 1px 0 }
.bars td.number { padding-left: .8rem; font-size: 12px; color: var(--soft); line-height: 1.2 }
.bars .legend { margin: 0 0 .5rem }
`
