/** What the server counts, for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { WorkQueue } from './work-queue.ts'

export interface ServeMetrics {
  readonly contentType: string
  text(): Promise<string>
  /** A request has been answered. @param endpoint its path, or `other`: there are few of them */
  countRequest(endpoint: string, status: number, seconds: number): void
  /** What came of one program. @param outcome a verdict, or how far a run came */
  countOutcome(language: string, outcome: string): void
}

/** From a program that is refused to one that takes all its time. */
const SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300]

export function createMetrics(queue: WorkQueue, slots: number): ServeMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'gepo_requests_total',
    help: 'Requests answered, by endpoint and status.',
    labelNames: ['endpoint', 'status'],
    registers,
  })
  const seconds = new Histogram({
    name: 'gepo_request_seconds',
    help: 'From a request to its answer, waiting included.',
    labelNames: ['endpoint'],
    buckets: SECONDS,
    registers,
  })
  const outcomes = new Counter({
    name: 'gepo_outcomes_total',
    help: 'What came of programs: verdicts, or how far a run came.',
    labelNames: ['language', 'outcome'],
    registers,
  })
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  gauge('gepo_slots', 'Works at the same time, at most.', () => slots)
  gauge('gepo_running', 'Works that run.', () => queue.running)
  gauge('gepo_waiting', 'Works that wait for a slot.', () => queue.waiting)
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    countRequest(endpoint, status, taken) {
      requests.inc({ endpoint, status })
      seconds.observe({ endpoint }, taken)
    },
    countOutcome: (language, outcome) => outcomes.inc({ language, outcome }),
  }
}
