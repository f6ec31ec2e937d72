import { expect, onTestFinished, test } from 'vitest'
import { StartFailure } from '../../start/failure.ts'
import { keepRunning, type Living } from '../../start/keeper.ts'
import { listen, until } from './scene.ts'

interface FakeServer extends Living {
  alive: boolean
  stopped: boolean
}

function makeServer(): FakeServer {
  const server: FakeServer = {
    alive: true,
    stopped: false,
    isAlive: () => server.alive,
    stop: async () => {
      server.stopped = true
    },
  }
  return server
}

test('a server that is found dead is started again, and the new one is the one that is stopped', async () => {
  const first = makeServer()
  const second = makeServer()
  const { say, lines } = listen()
  const keeper = keepRunning({
    name: 'PostgreSQL',
    first,
    startAgain: async () => second,
    say,
    onLost: () => {},
  })
  first.alive = false
  await until('the second runs', () => keeper.current() === second)
  expect(lines).toEqual(['PostgreSQL ended; starting it again'])
  await keeper.stop()
  expect([first.stopped, second.stopped]).toEqual([false, true])
})

test('when it can not be started again the reason is told once', async () => {
  const first = makeServer()
  const failures: string[] = []
  const keeper = keepRunning({
    name: 'PostgreSQL',
    first,
    startAgain: () => Promise.reject(new StartFailure('The disk that holds it is full.')),
    say: () => {},
    onLost: ({ message }) => void failures.push(message),
  })
  onTestFinished(() => keeper.stop())
  first.alive = false
  await until('it is told', () => failures.length > 0)
  expect(failures).toEqual(['The disk that holds it is full.'])
})
