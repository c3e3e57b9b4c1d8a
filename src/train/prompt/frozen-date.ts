/**
 * What a chat template is told of the day. Templates that ask for it (`strftime_now`, `date_string`) would give other
 * prompts each day: what was cached yesterday would not be found, and a run that goes on would learn other texts. So
 * the day is an option of the run, and the clock is never asked.
 */

/** The names that templates ask by. */
const ASKS = /\b(?:strftime_now|date_string)\b/

export const asksForDate = (template: string): boolean => ASKS.test(template)

/** The template with the clock taken away: jinja's own function cannot be given another meaning. */
export const withoutClock = (template: string): string =>
  template.replaceAll(/\bstrftime_now\b/g, 'frozen_strftime_now')

/**
 * The variables for it.
 *
 * @param date as `2024-07-26`
 */
export function dateVariables(date: string): Record<string, unknown> {
  return {
    date_string: formatDate(date, '%d %b %Y'),
    frozen_strftime_now: (format: unknown) => formatDate(date, String(format)),
  }
}

/** @example formatDate('2024-07-26', '%d %B %Y') // '26 July 2024' */
export function formatDate(date: string, format: string): string {
  const day = new Date(`${date}T00:00:00Z`)
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' }).format(day)
  const two = (number: number) => String(number).padStart(2, '0')
  const codes: Readonly<Record<string, () => string>> = {
    Y: () => String(day.getUTCFullYear()),
    y: () => two(day.getUTCFullYear() % 100),
    m: () => two(day.getUTCMonth() + 1),
    d: () => two(day.getUTCDate()),
    e: () => String(day.getUTCDate()).padStart(2),
    '-d': () => String(day.getUTCDate()),
    '-m': () => String(day.getUTCMonth() + 1),
    B: () => part({ month: 'long' }),
    b: () => part({ month: 'short' }),
    A: () => part({ weekday: 'long' }),
    a: () => part({ weekday: 'short' }),
    j: () => String((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 0)) / 86_400_000).padStart(3, '0'),
    F: () => date,
    H: () => '00',
    I: () => '12',
    M: () => '00',
    S: () => '00',
    p: () => 'AM',
    '%': () => '%',
  }
  return format.replace(/%(-?[A-Za-z%])/g, (token, code: string) => codes[code]?.() ?? token)
}
