/** What the pages of `gepo view` have beyond the common style. */
export const VIEW_STYLE = `
:root { --winner: light-dark(#1b7a43, #5fc98a) }
.swatch.winner { background: var(--winner) }
.tag { display: inline-block; font-size: 11.5px; line-height: 1.5; padding: 0 .5em; border-radius: 4px; border: 1px solid var(--line); color: var(--soft); background: var(--sunken); white-space: nowrap }
.tag.split-test { color: var(--c2) } .tag.split-validation { color: var(--c1) }

main.list { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2rem; align-items: start }
@media (max-width: 60rem) { main.list { grid-template-columns: minmax(0, 1fr) } }
input[type=search] { width: 100%; font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--strong-line); border-radius: 6px; padding: .4rem .7rem }
.facet { margin-top: 1.3rem } .facet h3 { font-size: 12px; font-weight: 600; color: var(--soft); margin-bottom: .25rem }
.facet ul { list-style: none; margin: 0; padding: 0 }
.facet a { display: grid; grid-template-columns: 1.1rem 1fr auto; align-items: baseline; color: var(--ink); padding: .1rem .3rem; border-radius: 4px; font-size: 13px }
.facet a:hover { background: var(--sunken); text-decoration: none }
.facet a[aria-current] { font-weight: 600 } .facet .box { color: var(--accent); font-size: 11px }
.facet .value { overflow-wrap: anywhere } .facet .number { color: var(--soft); font-size: 12px; font-weight: 400 }
.facet a > svg { grid-column: 2 / 4; display: block } .facet rect { fill: var(--strong-line) } .facet a[aria-current] rect { fill: var(--accent) }
.facet summary { font-size: 12px; color: var(--accent); cursor: pointer; padding: .15rem .3rem }
.list-head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .5rem 1.5rem; margin-bottom: 1rem }
.list-head h1 .soft, .list-head h2 .soft { font-weight: 400; font-size: 1rem }
.pager { margin: 0; display: flex; gap: .5rem; align-items: baseline }
.columns { columns: 26rem; column-gap: 1rem } .columns > * { break-inside: avoid; margin-bottom: 1rem }
table.groups { width: 100% } .groups td:first-child, .groups .name { white-space: nowrap }
.groups th { text-align: left; font-size: 12px; font-weight: 600; color: var(--soft); padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--strong-line) }
.groups td { padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: baseline }
.groups th.number { text-align: right } .groups .name { font-weight: 600 }
.groups .source { max-width: 20rem } .groups .source > * { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap } .groups .source .soft { font-size: 12px; line-height: 1.35 }
.groups [data-row]:hover td { background: var(--sunken) }
.groups .at td { background: color-mix(in srgb, var(--accent) 9%, transparent) } .groups .at td:first-child { box-shadow: -3px 0 0 var(--accent) }
.operators { line-height: 1.7 } .op { font-family: var(--mono); font-size: 11.5px; white-space: nowrap; margin-right: .35em } .op.ir, .op.malformed { color: var(--soft) }
.difficulty line { stroke: var(--strong-line); stroke-width: 2; stroke-linecap: round } .difficulty circle { fill: var(--hue, var(--accent)); stroke: var(--paper); stroke-width: 1 }

main > .card + .card { margin-top: 1rem } .said { padding: .7rem 1rem }
.crumbs { display: flex; gap: 1.2rem; font-size: 13px; margin-bottom: .9rem }
.group-head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .8rem 2rem; margin-bottom: 1.2rem }
.group-head h1 .mono { font-size: 1.25rem } .group-head h1 .soft { font-weight: 400; font-size: 1rem }
.prove { display: flex; flex-direction: row-reverse; align-items: center; gap: .8rem; font-size: 13px }
[data-state=good] { color: var(--good) } [data-state=bad] { color: var(--bad) } [data-state=warn] { color: var(--warn) }
.told { font-size: 12px } .told[data-state=good]::before { content: "✓ " } .told[data-state=bad]::before { content: "✗ " }
.overview { display: grid; grid-template-columns: minmax(0, 5fr) minmax(22rem, 3fr); gap: 1.2rem; align-items: start }
@media (max-width: 64rem) { .overview { grid-template-columns: minmax(0, 1fr) } }
.card > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem 1rem; padding: .65rem 1rem; border-bottom: 1px solid var(--line) }
.card > header .soft { font-size: 12.5px } .card > .note { margin: .7rem 1rem }
table.code { width: 100%; font-family: var(--mono); font-size: 12.5px; line-height: 1.55; margin: .4rem 0 }
.code td { padding: 0 .8rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top; tab-size: 4 }
h2 button { font-weight: 400; margin-left: .8rem; vertical-align: 1px }
.source-code .wide { max-height: 46rem; overflow: auto }
.code .line-number { width: 3.6rem; padding: 0 .9rem 0 .4rem; text-align: right; color: var(--soft); opacity: .75; user-select: none; white-space: nowrap }
.edit { background: color-mix(in srgb, var(--hue) 16%, transparent); box-shadow: inset 0 -2px 0 var(--hue); border-radius: 2px }
.centre { --hue: var(--ink) }
.edit-row td { padding-bottom: .15rem } .edit-note { color: var(--hue); font-size: 12px } .edit-note b { font-weight: 600; font-family: var(--sans) }
del { text-decoration-color: color-mix(in srgb, currentColor 60%, transparent) } ins { text-decoration: none; font-weight: 600 }
.edit-note del { opacity: .8 } .edit-note ins::before { content: "→ "; font-weight: 400 }
.member-table { width: 100%; font-size: 13px } .member-table td { padding: .28rem .5rem; border-bottom: 1px solid var(--line) }
.member-table td:first-child { padding-left: 1rem; white-space: nowrap } .member-table td:last-child { padding-right: 1rem }
.facts { display: grid; grid-template-columns: auto 1fr; gap: .2rem 1rem; margin: 0; padding: .8rem 1rem; font-size: 12.5px } .facts dt { color: var(--soft) } .facts dd { margin: 0; min-width: 0 } .facts code { font-size: 11.5px }

.loser { margin-bottom: 1.4rem; border-top: 3px solid var(--hue); overflow: hidden } .loser.at { box-shadow: 0 0 0 2px color-mix(in srgb, var(--hue) 55%, transparent) }
.loser > header .prove { margin-left: auto } .loser > header button { font-size: 12px; padding: .1rem .55rem }
.loser > header .change { font-size: 12px } .loser > header .change ins { color: var(--hue) }
.witness { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); border-bottom: 1px solid var(--line) }
@media (max-width: 50rem) { .witness { grid-template-columns: minmax(0, 1fr) } }
.witness section { padding: .6rem 1rem .7rem; min-width: 0 } .witness section + section { border-left: 1px solid var(--line) }
.witness h4 { font-size: 12px; font-weight: 600; color: var(--soft); margin: 0 0 .3rem } .witness pre { max-height: 16rem; overflow: auto }
.witness mark { color: inherit; background: color-mix(in srgb, var(--winner) 18%, transparent) } .witness section:last-child mark { background: color-mix(in srgb, var(--hue) 20%, transparent) }
.diff { table-layout: fixed; margin: 0 } .diff col.numbers { width: 3.6rem }
.diff thead th { text-align: left; font: 600 12px var(--sans); color: var(--soft); padding: .4rem 1rem; border-bottom: 1px solid var(--line) }
.diff td.left, .diff td.right { padding-left: .3rem } .diff tr > :nth-child(3) { border-left: 1px solid var(--line) }
.diff tr:not(.same) > td.left { background: color-mix(in srgb, var(--winner) 9%, transparent) } .diff tr:not(.same) > td.right { background: color-mix(in srgb, var(--hue) 9%, transparent) }
.diff td.left .word { background: color-mix(in srgb, var(--winner) 26%, transparent); border-radius: 2px } .diff td.right .word { background: color-mix(in srgb, var(--hue) 28%, transparent); border-radius: 2px }
.diff td.none { background: repeating-linear-gradient(135deg, transparent 0 5px, color-mix(in srgb, var(--line) 55%, transparent) 5px 6px) }
.diff .fold td { padding: 0 } .diff .fold summary { font: 12px var(--sans); color: var(--soft); padding: .12rem 1rem; background: var(--sunken); cursor: pointer; list-style-position: inside } .diff .fold summary:hover { color: var(--ink) }
.hl-keyword { color: light-dark(#8a2f7a, #d59ae8) } .hl-type { color: light-dark(#1a6b8a, #7cc4de) } .hl-name { color: light-dark(#1f4fa3, #8fb8ff) }
.hl-variable { color: light-dark(#3b4148, #c9ced6) } .hl-number { color: light-dark(#a04a00, #e8b06c) } .hl-string { color: light-dark(#3c6e1f, #a5d28a) } .hl-comment { color: var(--soft); font-style: italic } .hl-meta { color: light-dark(#7a5c00, #d6b656) }
details.winner { margin-bottom: .7rem } details.winner summary { padding: .55rem 1rem; cursor: pointer } details.winner[open] summary { border-bottom: 1px solid var(--line) }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1rem; margin: 1.2rem 0 } .figure { display: flex; flex-direction: column; padding: .7rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised) }
.figure b { font-size: 1.5rem; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums } .figure span { font-size: 12px; color: var(--soft); line-height: 1.35 }
.interval { stroke: var(--hue); stroke-width: 5; stroke-linecap: round; opacity: .35 } .tick.value { fill: var(--ink) } .bars th { font-size: 12.5px }
.shared thead th { font-size: 12px; color: var(--soft); text-align: right; min-width: 0 }
.leak { padding: .7rem 1rem; margin-bottom: .7rem }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0 0 1rem; max-width: none } .chip { border: 1px solid var(--line); border-radius: 999px; padding: .1rem .7rem; font-size: 12.5px; color: var(--soft) }
.chip:hover { text-decoration: none; border-color: var(--hue) } .chip[aria-current] { color: var(--ink); border-color: var(--hue) } .chip:not([aria-current]) .swatch { opacity: .3 } .chip.at { outline: 2px solid var(--accent) }
`
